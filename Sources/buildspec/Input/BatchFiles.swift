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
        return batch.buildspecPaths.compactMap { name in
            let path = FilePath(name.value)
            guard !Host.exists(root.pushing(path)), !Host.exists(current.pushing(path)) else {
                return nil
            }
            var remedy = "add it, or change the path"
            if Host.exists(own.pushing(path)), own.starts(with: root) {
                var beside = own
                _ = beside.removePrefix(root)
                remedy = "write '\(beside.pushing(path))'"
            }
            return Diagnostic(
                .warning,
                FindingName.batchBuildspec.rawValue,
                "there is no '\(name.value)' in '\(root)', from where the path counts; \(remedy)",
                at: name.range,
                codeBuild: "fails the build with YAML_FILE_ERROR"
            )
        }
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
