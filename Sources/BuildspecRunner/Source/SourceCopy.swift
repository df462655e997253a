internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// Copies the sources, so that a build can change the copy.
enum SourceCopy {
    /// Copies a tree with modes, times and links, by this machine's `cp`, which shares blocks if the file
    /// system supports that.
    ///
    /// The contents go to an empty directory, which must not be in the sources.
    static func make(of sources: FilePath, in directory: FilePath) async throws {
        let target = Machine.resolved(PathBytes(directory.string))
        guard !target.isWithin(Machine.resolved(PathBytes(sources.string))) else {
            throw SetupError(
                "--copy-source: the copy goes to '\(target.text)', which is in the sources; set TMPDIR "
                    + "to a directory outside of them"
            )
        }
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .path("/bin/cp"),
                arguments: ["-RPp", sources.appending(".").string, directory.string],
                input: .none,
                output: .discarded,
                error: .bytes(limit: 1 << 20)
            )
            if result.terminationStatus.isSuccess { return }
            try Task.checkCancellation()
            let errors = String(decoding: result.standardError, as: UTF8.self)
            throw failure(sources, ContainerEngine.reason(in: errors))
        } catch let error as SubprocessError {
            throw failure(sources, "\(error)")
        }
    }

    private static func failure(_ sources: FilePath, _ reason: String) -> SetupError {
        SetupError(
            "--copy-source: cannot copy '\(sources)': \(reason); check that TMPDIR has enough space "
                + "and that you can read all files"
        )
    }
}
