internal import BuildspecModel
internal import SystemPackage

/// The check that the buildspec files of a batch exist.
enum BatchFiles {
    /// Makes a warning for each missing file.
    ///
    /// A path is relative to the source root. That is the git work tree with the file, else the
    /// current directory if it contains the file, else the file's directory.
    static func missing(of batch: BatchSection, in file: FilePath) -> [Diagnostic] {
        let current = Host.currentDirectory()
        let parent = current.pushing(file).removingLastComponent()
        let directory = Host.realPath(parent) ?? parent
        let realCurrent = Host.realPath(current) ?? current
        let root = self.root(of: directory, from: realCurrent)
        return batch.buildspecs.filter { $0.value.isEmpty }.map(emptyName)
            + batch.buildspecPaths.compactMap { name in
                let path = FilePath(name.value)
                // The current directory below the root may be the source root of the batch.
                let starts = [root] + (realCurrent.starts(with: root) ? [realCurrent] : [])
                guard !starts.contains(where: { isFile(path, from: $0, in: root) }) else {
                    return nil
                }
                return warning(name, root: root, directory: directory)
            }
    }

    private static func warning(
        _ name: Located<String>,
        root: FilePath,
        directory: FilePath
    ) -> Diagnostic {
        let path = FilePath(name.value)
        var remedy = "add it, or change the path"
        if isFile(path, from: directory, in: root) {
            var relative = directory
            _ = relative.removePrefix(root)
            remedy = "write '\(relative.pushing(path))'"
        }
        let isDirectory = Host.isDirectory(root.pushing(path))
        return Diagnostic(
            .warning,
            FindingName.batchBuildspec.rawValue,
            isDirectory
                ? "'\(name.value)' is a directory in the source root '\(root)'; name a file"
                : "there is no '\(name.value)' in the source root '\(root)'; \(remedy)",
            at: name.range,
            codeBuild: "fails the build with YAML_FILE_ERROR"
        )
    }

    private static func emptyName(_ name: Located<String>) -> Diagnostic {
        Diagnostic(
            .warning,
            FindingName.batchBuildspec.rawValue,
            "this build's 'buildspec' is empty; name a file, or remove the key to use this file",
            at: name.range
        )
    }

    /// Whether a path relative to `start` names a file below the root.
    private static func isFile(_ path: FilePath, from start: FilePath, in root: FilePath) -> Bool {
        let file = start.pushing(path).lexicallyNormalized()
        return file.starts(with: root) && Host.exists(file) && !Host.isDirectory(file)
    }

    private static func root(of directory: FilePath, from current: FilePath) -> FilePath {
        var candidate = directory
        while true {
            if Host.exists(candidate.appending(".git")) { return candidate }
            guard candidate.removeLastComponent() else { break }
        }
        return directory.starts(with: current) ? current : directory
    }
}
