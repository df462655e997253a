import Subprocess
import TestSupport
import Testing

/// `run --mask` with the built command.
///
/// Source: CodeBuild guide, data-protection: secrets and AWS access key ids are hidden in logs.
@Suite(.timed, .timeLimit(.minutes(2)))
struct MaskTests {
    private static let secret = "s3cr3t-of-tess"

    /// Each command prints a secret in some form; the second text is the masked output.
    @Test(arguments: [
        ("printf 'a%sb\\n' \"$TOKEN\"", "a***b"),
        ("printf s3cr3t; sleep 0; printf -- '-of-tess\\n'", "***"),
        ("printf '%s' \"$TOKEN\" | base64", "***"),
        ("export -p | grep TOKEN=", "TOKEN='***'"),
        ("echo AKIAIOSFODNN7EXAMPLE", "***"),
    ])
    func `a secret is masked in output in every form`(command: String, seen: String) async throws {
        let outcome = try await Self.run(commands: ["true", command])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\n" + seen + "\n") || outcome.output.contains(seen + "\n"))
        Self.expectNothing(of: Self.secret, in: outcome)
        #expect(!outcome.output.contains("AKIAIOSFODNN7EXAMPLE"))
        #expect(!outcome.output.contains("czNjcjN0"))
    }

    @Test func `each line of a secret of several lines is masked`() async throws {
        let outcome = try await Self.run(
            commands: ["echo \"$KEY\" | tail -1", "echo \"$KEY\""],
            arguments: ["--env", "KEY=first line\nsecond line", "--mask", "KEY"]
        )
        #expect(outcome.status == 0)
        Self.expectNothing(of: "first line", in: outcome)
        Self.expectNothing(of: "second line", in: outcome)
    }

    @Test func `a secret in a command is masked in the echo, the error and the summary`()
        async throws
    {
        let outcome = try await Self.run(commands: ["false \(Self.secret)"])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("\n$ false ***\n"))
        #expect(outcome.output.contains("exit status 1 from 'false ***' in BUILD"))
        Self.expectNothing(of: Self.secret, in: outcome)
    }

    @Test func `a secret in a warning or an error is masked`() async throws {
        let text = """
            version: 0.2
            env: { shell: \(Self.secret) }
            phases: { build: { commands: ['true'] } }
            """
        let outcome = try await BuildspecProcess.run(
            buildspec: text,
            "--env",
            "TOKEN=\(Self.secret)",
            "--mask",
            "TOKEN"
        )
        #expect(outcome.status == 2)
        Self.expectNothing(of: Self.secret, in: outcome)
    }

    @Test func `the beginning of a secret at the end of a command is printed`() async throws {
        let outcome = try await Self.run(commands: ["printf s3cr3t", "printf '%s' -of-tess"])
        #expect(outcome.output.contains("s3cr3t\n$ printf"))
    }

    @Test func `'--mask' of an unset or too short variable causes a warning`() async throws {
        let outcome = try await Self.run(
            commands: ["true"],
            arguments: ["--mask", "NOBODY", "--env", "TINY=on", "--mask", "TINY"]
        )
        #expect(outcome.status == 0)
        #expect(
            outcome.error == """
                warning: 'NOBODY' is not set, so nothing is masked for it
                warning: the value of 'TINY' is not masked: it has fewer than 4 bytes

                """
        )
    }

    @Test(arguments: ["host", "buildspec"])
    func `a masked value can come from the host or the buildspec`(source: String) async throws {
        let directory = try TemporaryDirectory()
        let declared =
            source == "buildspec" ? "env: { variables: { TOKEN: \(Self.secret) } }\n" : ""
        try directory.write(
            "version: 0.2\n\(declared)phases: { build: { commands: ['echo =$TOKEN='] } }\n",
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--mask", "TOKEN"],
            in: directory,
            environment: source == "host" ? ["TOKEN": Self.secret] : [:]
        )
        #expect(outcome.output.contains("\n=***=\n"))
    }

    private static func run(
        commands: [String],
        arguments: [String] = []
    ) async throws -> BuildspecProcess.Outcome {
        let directory = try TemporaryDirectory()
        let items = commands.map { "      - |\n        \($0)\n" }.joined()
        try directory.write(
            "version: 0.2\nphases:\n  build:\n    commands:\n\(items)",
            to: "buildspec.yml"
        )
        return try await BuildspecProcess.run(
            ["run", "--cache", "none", "--env", "TOKEN=\(secret)", "--mask", "TOKEN"] + arguments,
            in: directory
        )
    }

    private static func expectNothing(
        of secret: String,
        in outcome: BuildspecProcess.Outcome,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(!outcome.output.contains(secret), sourceLocation: location)
        #expect(!outcome.error.contains(secret), sourceLocation: location)
    }
}
