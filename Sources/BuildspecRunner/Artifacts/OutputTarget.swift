internal import BuildspecFiles
internal import SystemPackage

/// Checks before a build that a directory can have its artifacts or its exported reports.
struct OutputTarget {
    private let request: BuildRequest
    /// The directory, links resolved.
    private let directory: PathBytes
    /// The source root, links resolved.
    private let root: PathBytes

    /// Prepares the check of a directory.
    init(_ request: BuildRequest, _ directory: PathBytes) {
        self.request = request
        self.directory = Machine.resolved(directory)
        root = Machine.resolved(PathBytes(request.sourceDirectory.string))
    }

    /// Returns why files cannot go into the directory, or into `directories` in it, with a remedy.
    func obstacle(_ directories: [PathBytes]) -> String? {
        do {
            return try notDirectoryReason() ?? sourcesReason(directories)
                ?? reservedReason(directories)
        } catch {
            return "\(error)"
        }
    }

    /// Returns why the reports cannot go into their directory; `nil` also if they are not exported.
    static func reportsObstacle(_ request: BuildRequest) -> String? {
        guard let path = request.reports.destination?.directory else { return nil }
        let target = OutputTarget(request, PathBytes(path.string))
        return target.obstacle([target.directory]).map {
            "the reports cannot go into '\(path)': \($0)"
        }
    }

    private func notDirectoryReason() throws(FileError) -> String? {
        var path = directory
        while path != path.parent {
            if let status = try FileStatus.following(path) {
                guard status.kind != .directory else { return nil }
                return "'\(path.text)' is not a directory; name another one"
            }
            if try FileStatus.named(path) != nil {
                return "'\(path.text)' is a link that leads nowhere; name another directory"
            }
            path = path.parent
        }
        return nil
    }

    private func sourcesReason(_ directories: [PathBytes]) throws(FileError) -> String? {
        let sources = try ArtifactWalk.directory(root)?.status().identity
        for path in directories {
            let identity = try ArtifactWalk.directory(Machine.resolved(path))?.status().identity
            if path == root || (identity != nil && identity == sources) {
                return
                    "it is the source root, whose files could be replaced; name another directory, such as "
                    + "'out' in it"
            }
            if path.components.contains(where: { $0.elementsEqual(".git".utf8) }) {
                return "it lies in '.git', which is git's own; name another directory"
            }
        }
        return nil
    }

    private func reservedReason(_ directories: [PathBytes]) -> String? {
        for (path, what) in request.reservedPaths {
            let reserved = Machine.resolved(PathBytes(path.string))
            for directory in directories
            where directory == reserved || directory.isWithin(reserved) {
                return "'\(reserved.text)' is \(what); name another directory"
            }
        }
        return nil
    }
}
