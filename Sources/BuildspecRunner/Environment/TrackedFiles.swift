package import BuildspecCache
package import BuildspecFiles
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

    /// The files below a directory that git knows, or `nil` where it knows none or cannot tell.
    ///
    /// - Parameter directory: a directory that is there.
    /// - Returns: their paths from the directory on.
    package static func paths(below directory: PathBytes) async -> [PathBytes]? {
        let place = FilePath(directory.text)
        guard PathBytes(place.string) == directory, SourceVersion.isInGitTree(place) else {
            return nil
        }
        let result = try? await Subprocess.run(
            .name("git"),
            arguments: ["ls-files", "-z", "--cached"],
            workingDirectory: place,
            input: .none,
            output: .bytes(limit: limit),
            error: .discarded
        )
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput.split(separator: 0).map { PathBytes(Array($0)) }
    }

    /// Whether git knows a file.
    ///
    /// - Parameter file: its path, links resolved.
    /// - Returns: whether it does; not where git cannot be asked.
    package static func contains(_ file: PathBytes) async -> Bool {
        let (directory, name) = file.split
        let place = FilePath(String(decoding: directory, as: UTF8.self))
        guard SourceVersion.isInGitTree(place) else { return false }
        let result = try? await Subprocess.run(
            .name("git"),
            arguments: [
                "--literal-pathspecs", "ls-files", "-z", "--cached", "--",
                String(decoding: name, as: UTF8.self),
            ],
            workingDirectory: place,
            input: .none,
            output: .bytes(limit: 1 << 16),
            error: .discarded
        )
        guard let result, result.terminationStatus.isSuccess else { return false }
        return !result.standardOutput.isEmpty
    }

    /// The longest list that is read; a million paths take less.
    private static let limit = 1 << 28
}
