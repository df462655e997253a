import SystemPackage
import TestSupport
import Testing

/// `--buildspec`, whose path is relative to the source root.
///
/// CodeBuild guide, "Buildspec file name and storage location".
@Suite(.timed, .timeLimit(.minutes(1))) struct `Buildspec path` {
    private static let text = "version: 0.2\nphases: {build: {commands: [pwd]}}\n"

    private func project() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(Self.text, to: "app/ci/release.yml")
        return directory
    }

    @Test(arguments: [["run", "--cache", "none"], ["plan"]])
    func `a relative buildspec path starts at the source root`(command: [String]) async throws {
        let outcome = try await BuildspecProcess.run(
            command + ["--source", "app", "--buildspec", "ci/release.yml"],
            in: try project()
        )
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    @Test func `an absolute buildspec path is used as it is`() async throws {
        let directory = try project()
        try directory.write(Self.text, to: "other.yml")
        let outcome = try await BuildspecProcess.run(
            [
                "run", "--cache", "none", "--source", "app", "--buildspec",
                directory.path.appending("other.yml").string,
            ],
            in: directory
        )
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    @Test func `a buildspec that is only in the current directory is named in the error`()
        async throws
    {
        let directory = try project()
        try directory.write(Self.text, to: "other.yml")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--source", "app", "--buildspec", "other.yml"],
            in: directory
        )
        #expect(outcome.status == 2)
        #expect(
            outcome.error.hasPrefix(
                "app/other.yml:1:1: error: there is no such file; '--buildspec' is relative to the "
                    + "source root"
            ),
            "\(outcome.error)"
        )
        #expect(outcome.error.contains(directory.path.appending("other.yml").string))
    }
}
