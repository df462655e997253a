import Subprocess
import TestSupport
import Testing

/// The plain log in CI systems.
@Suite(.timed, .timeLimit(.minutes(2)))
struct CIMarkersTests {
    private static let buildspec = """
        version: 0.2
        proxy: { logs: yes }
        phases:
          install:
            commands: ['echo one']
          build:
            commands: ['exit 3']
        """

    /// GitHub Docs, "Workflow commands"; GitLab Docs, "Custom collapsible sections"; Buildkite
    /// Docs, "Managing log output".
    @Test(arguments: [
        (
            "GITHUB_ACTIONS",
            """
            ::warning::'proxy' has no effect on this machine

            ::group::INSTALL
            $ echo one
            one
            ::endgroup::

            ::group::BUILD
            $ exit 3
            ::error file=buildspec.yml,line=7,col=16::exit status 3
            ::endgroup::

            """
        ),
        (
            "GITLAB_CI",
            """

            ESC[0Ksection_start:T:installCRESC[0KINSTALL
            $ echo one
            one
            ESC[0Ksection_end:T:installCRESC[0K

            ESC[0Ksection_start:T:buildCRESC[0KBUILD
            $ exit 3
            ESC[0Ksection_end:T:buildCRESC[0K

            """
        ),
        (
            "BUILDKITE",
            """

            --- INSTALL
            $ echo one
            one

            --- BUILD
            $ exit 3
            ^^^ +++

            """
        ),
    ])
    func `the log in a CI system has phases as groups and errors as annotations`(
        variable: String,
        log: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--project", "p"],
            in: directory,
            environment: [Environment.Key(stringLiteral: variable): "true"]
        )
        #expect(outcome.status == 1)
        let text = outcome.output.replacing("\u{1B}", with: "ESC").replacing("\r", with: "CR")
            .replacing(#/:[0-9]{9,}:/#, with: ":T:")
        let body = text.split(separator: "INSTALL           SUCCEEDED", maxSplits: 1).first ?? ""
        #expect(body == "p, build 1\n" + log + "\n")
        #expect(outcome.error.isEmpty == (variable == "GITHUB_ACTIONS"))
    }
}
