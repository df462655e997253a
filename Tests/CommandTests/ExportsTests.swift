import TestSupport
import Testing

/// `run --exports`: the file that hands variables on.
@Suite(.timeLimit(.minutes(2)))
struct ExportsTests {
    private static let buildspec = #"""
        version: 0.2
        env: { exported-variables: [PLAIN, ODD, LINES] }
        phases:
          build:
            commands: ['PLAIN=v1.2/x', 'ODD="a \"b\" \$c"', 'LINES="1
              2"', 'exit 3']
        """#

    @Test(arguments: [
        ("out.env", "PLAIN=v1.2/x\nODD=\"a \\\"b\\\" \\$c\"\nLINES=\"1 2\"\n"),
        (
            "out.json",
            "{\n  \"PLAIN\": \"v1.2/x\",\n  \"ODD\": \"a \\\"b\\\" $c\",\n  \"LINES\": \"1 2\"\n}\n"
        ),
    ])
    func `the name of the file decides its format, a failed build exports too`(
        file: String,
        text: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--exports", file, "--events", "events", "--mask", "PLAIN"]
                + ["--env", "PLAIN=v1.2/x"],
            in: directory
        )
        #expect(outcome.status == 1)
        #expect(try directory.read(file) == text)
        let events = try directory.read("events") ?? ""
        #expect(events.contains("\"exportedVariables\":[{\"name\":\"PLAIN\",\"value\":\"***\"}"))
    }

    @Test func `a file that cannot be written stops the build before it starts`() async throws {
        let outcome = try await BuildspecProcess.run(
            buildspec: Self.buildspec,
            "--exports",
            "none/such.json"
        )
        #expect(outcome.status == 64)
        #expect(outcome.output == "")
        #expect(
            outcome.error.contains("--exports: 'none/such.json' cannot be written: No such file")
        )
    }
}
