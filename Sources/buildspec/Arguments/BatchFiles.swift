internal import BuildspecModel
internal import SystemPackage

/// Whether the buildspecs that a batch names are there.
enum BatchFiles {
    /// A warning for each that is not.
    ///
    /// A path counts from the source root: the git work tree that holds the file, else the current
    /// directory if the file is in it, else the file's own directory.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - file: the file that it stands in.
    /// - Returns: the warnings.
    static func missing(of batch: BatchSection, in file: FilePath) -> [Diagnostic] {
        let current = Host.currentDirectory()
        let directory = current.pushing(file).removingLastComponent()
        let own = Host.realPath(directory) ?? directory
        let root = self.root(of: own, from: Host.realPath(current) ?? current)
        let here = Host.realPath(current) ?? current
        return batch.buildspecs.filter { $0.value.isEmpty }.map(nameless)
            + batch.buildspecPaths.compactMap { name in
                let path = FilePath(name.value)
                // A directory below the root may be meant as a source root of its own.
                let starts = [root] + (here.starts(with: root) ? [here] : [])
                guard !starts.contains(where: { isFile(path, from: $0, in: root) }) else {
                    return nil
                }
                return warning(name, root: root, own: own)
            }
    }

    private static func warning(
        _ name: Located<String>,
        root: FilePath,
        own: FilePath
    ) -> Diagnostic {
        let path = FilePath(name.value)
        var remedy = "add it, or change the path"
        if isFile(path, from: own, in: root) {
            var beside = own
            _ = beside.removePrefix(root)
            remedy = "write '\(beside.pushing(path))'"
        }
        let isDirectory = Host.isDirectory(root.pushing(path))
        return Diagnostic(
            .warning,
            FindingName.batchBuildspec.rawValue,
            isDirectory
                ? "'\(name.value)' is a directory of '\(root)', from where the path counts; name a file"
                : "there is no '\(name.value)' in '\(root)', from where the path counts; \(remedy)",
            at: name.range,
            codeBuild: "fails the build with YAML_FILE_ERROR"
        )
    }

    private static func nameless(_ name: Located<String>) -> Diagnostic {
        Diagnostic(
            .warning,
            FindingName.batchBuildspec.rawValue,
            "this build's 'buildspec' is empty; name a file, or remove the key to use this file",
            at: name.range
        )
    }

    /// Whether a path from a directory names a file that lies below the root.
    private static func isFile(
        _ path: FilePath,
        from start: FilePath,
        in root: FilePath
    ) -> Bool {
        let place = start.pushing(path).lexicallyNormalized()
        return place.starts(with: root) && Host.exists(place) && !Host.isDirectory(place)
    }

    private static func root(of directory: FilePath, from current: FilePath) -> FilePath {
        var place = directory
        while true {
            if Host.exists(place.appending(".git")) { return place }
            guard place.removeLastComponent() else { break }
        }
        return directory.starts(with: current) ? current : directory
    }
}
