internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// A copy of the sources that a build may change as it likes.
enum SourceCopy {
    /// Copies a tree with modes, times and links, by this machine's `cp`, which shares blocks where
    /// the file system can.
    ///
    /// - Parameters:
    ///   - sources: the directory.
    ///   - directory: where its contents go; an empty directory.
    /// - Throws: `SetupError` when something could not be copied, and where the copy would hold itself.
    static func make(of sources: FilePath, in directory: FilePath) async throws {
        let place = Machine.settled(PathBytes(directory.string))
        guard !place.isWithin(Machine.settled(PathBytes(sources.string))) else {
            throw SetupError([
                SetupError.Problem(
                    "--copy-source: the copy goes to '\(place.text)', which lies in the sources; set "
                        + "TMPDIR to a directory outside of them"
                )
            ])
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
            throw failure(
                sources,
                ContainerEngine.reason(
                    in: String(decoding: result.standardError, as: UTF8.self)
                )
            )
        } catch let error as SubprocessError {
            throw failure(sources, "\(error)")
        }
    }

    private static func failure(_ sources: FilePath, _ reason: String) -> SetupError {
        SetupError([
            SetupError.Problem(
                "--copy-source: cannot copy '\(sources)': \(reason); is there room in TMPDIR, and may "
                    + "you read all of it?"
            )
        ])
    }
}
