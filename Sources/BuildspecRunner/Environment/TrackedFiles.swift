package import BuildspecCache
internal import BuildspecFiles
internal import Subprocess
package import SystemPackage

/// Which files of a directory git knows: its sources, when a cache records their times.
package enum TrackedFiles {
    /// Asks git, if the directory is in a git tree.
    ///
    /// - Parameter directory: the source root.
    /// - Returns: the files that git knows, or all files where it knows none; and why git could not
    ///   be asked although the directory is in a git tree.
    package static func find(
        in directory: FilePath
    ) async -> (files: SourceFiles, problem: String?) {
        guard SourceVersion.isInGitTree(directory) else { return (.everything, nil) }
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .name("git"),
                arguments: ["ls-files", "-z", "--cached", "--recurse-submodules"],
                workingDirectory: directory,
                input: .none,
                output: .bytes(limit: limit),
                error: .string(limit: 1 << 16)
            )
            if result.terminationStatus.isSuccess {
                let list = result.standardOutput
                return (list.isEmpty ? .everything : SourceFiles(nullSeparated: list), nil)
            }
            let line = result.standardError.split(separator: "\n").first.map(String.init) ?? ""
            return (.everything, "git cannot list the sources, so all files count: \(line)")
        } catch {
            return (.everything, "git cannot be run, so all files count as sources: \(error)")
        }
    }

    /// The longest list that is read; a million paths take less.
    private static let limit = 1 << 28
}
