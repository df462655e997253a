internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecReports

/// The files of one report group.
struct GroupFiles: Sendable {
    private var files: [ArtifactSelection.File] = []
    private var discardsPaths = false
    private var isDiscovered = false
    /// Why the group has no files.
    private(set) var failure: ArtifactSelection.Failure?
    /// Warnings for the user, one line each.
    private(set) var warnings: [String] = []

    /// The most warnings of one kind.
    private static let mostWarnings = 10

    /// The content of the files.
    struct Content {
        /// The joined report; `nil` without a file that can be read.
        var report: Report?
        /// The number of discovered files that cannot be read.
        var unreadable = 0
        var warnings: [String] = []
    }

    /// Creates a group without files.
    init() {}

    /// Takes files below `root` that were discovered.
    init(discovered paths: [PathBytes], root: PathBytes) {
        isDiscovered = true
        files = paths.map { path in
            let target =
                path.isWithin(root) ? Array(path.tail(below: root)) : Array(path.split.name)
            return ArtifactSelection.File(source: path, target: PathBytes(target), isLink: false)
        }
    }

    /// Finds the files that a group of the buildspec declares.
    init(
        of group: ReportGroup,
        _ name: String,
        select: () throws -> ArtifactSelection
    ) {
        discardsPaths = group.discardPaths
        do {
            let selection = try select()
            files = selection.files
            warnings = selection.warnings
        } catch var failure as ArtifactSelection.Failure {
            warnings = failure.warnings
            if failure.isMissing {
                warnings.append("report '\(name)': \(failure.message)")
                failure.message = "report files not found in build"
            }
            self.failure = failure
        } catch {
            failure = ArtifactSelection.Failure(message: "\(error)", range: group.name.range)
        }
    }

    /// The paths of the files on the disk.
    var paths: [PathBytes] { files.map(\.source) }

    /// Reads and joins the files.
    ///
    /// A discovered file that cannot be read is left out, because nobody said that it is a report.
    ///
    /// - Throws: `ReportError` for another file that cannot be read, or `CancellationError`.
    func read(_ format: ReportFormat) throws -> Content {
        let options = ReadOptions(keepsLines: files.count > 1)
        var merge = ReportMerge(options: options)
        var content = Content()
        var warnings: [String] = []
        for file in files {
            do throws(ReportError) {
                let read = try ReportReader.read(
                    file: file.source,
                    format: format,
                    options: options
                )
                warnings += read.warnings.map { "\(file.source.text): \($0)" }
                _ = merge.add(read.report)
            } catch {
                try Task.checkCancellation()
                guard isDiscovered else { throw error }
                content.unreadable += 1
                warnings.append("a discovered report is left out: \(error)")
            }
        }
        content.report = merge.report
        content.warnings = Array(warnings.prefix(GroupFiles.mostWarnings))
        let rest = warnings.count - content.warnings.count
        if rest > 0 { content.warnings.append("\(rest) more warnings about report files") }
        return content
    }

    /// Returns a warning about files that are older than the build; `nil` if there are none.
    ///
    /// CodeBuild has such a file only if git tracks it or the cache restores it.
    func staleWarning(before startTime: Int64) -> String? {
        let old = paths.filter { path in
            let status = try? FileStatus.following(path)
            return status?.modified.isOfBuild(since: startTime) == false
        }
        guard let first = old.first else { return nil }
        let others = old.count > 1 ? " and \(old.count - 1) more" : ""
        return "'\(first.text)'\(others) is in a report, but is older than this build"
    }

    /// The files with their paths in an export.
    ///
    /// Files of one path in several base directories get their paths below `root`.
    ///
    /// - Throws: `ArtifactSelection.Failure` if two files have one path all the same.
    func exported(
        below root: PathBytes
    ) throws(ArtifactSelection.Failure) -> [ArtifactSelection.File] {
        var exported = files
        if discardsPaths {
            for index in exported.indices {
                exported[index].target = PathBytes(Array(exported[index].target.split.name))
            }
        } else if GroupFiles.collision(exported) != nil {
            for index in exported.indices where exported[index].source.isWithin(root) {
                let path = exported[index].source.tail(below: root)
                exported[index].target = PathBytes(Array(path))
            }
        }
        guard let (one, other) = GroupFiles.collision(exported) else { return exported }
        let hint = discardsPaths ? " without their directories; omit 'discard-paths'" : ""
        throw ArtifactSelection.Failure(
            message: "'\(one.source.text)' and '\(other.source.text)' are both "
                + "'\(one.target.text)'\(hint)"
        )
    }

    /// Returns two files that have one path in an export.
    private static func collision(
        _ files: [ArtifactSelection.File]
    ) -> (ArtifactSelection.File, ArtifactSelection.File)? {
        var byTarget: [PathBytes: ArtifactSelection.File] = [:]
        for file in files {
            if let other = byTarget.updateValue(file, forKey: file.target) { return (other, file) }
        }
        return nil
    }
}
