import BuildspecModel
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The warnings of `validate` about bash under `/bin/sh`, compared with the two shells.
@Suite(.timed, .timeLimit(.minutes(2))) struct `Bash constructs in dash` {
    /// Returns the status and the output of a shell that runs a text in an empty directory.
    private func result(_ shell: String, _ text: String) async throws -> String {
        let directory = try TemporaryDirectory()
        let result = try await Subprocess.run(
            .name(shell),
            arguments: ["-c", text],
            environment: .custom(["PATH": "/usr/bin:/bin", "HOME": "/tmp", "LC_ALL": "C"]),
            workingDirectory: FilePath(directory.path.string),
            input: .none,
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        return "\(result.terminationStatus) \(result.standardOutput)"
    }

    @Test(arguments: BashSamples.bash + BashSamples.moreBash)
    func `a construct with a warning has a different result in dash`(
        sample: BashSamples.Sample
    ) async throws {
        let dash = try await result("dash", sample.text)
        let bash = try await result("bash", sample.text)
        #expect(bash.hasPrefix("exited(0)"), "\(bash)")
        // In dash these run the command in the background, and the result is the same.
        guard !["'&>'", "'&>>'"].contains(sample.name) else { return }
        #expect(dash != bash)
    }

    @Test(arguments: BashSamples.portable + BashSamples.morePortable)
    func `a text without a warning has the same result in dash and bash`(text: String) async throws
    {
        #expect(try await result("dash", text) == result("bash", text))
    }
}
