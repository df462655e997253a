import TestSupport
import Testing

/// `run --exports`, which writes the exported variables into a file.
@Suite(.timed, .timeLimit(.minutes(2)))
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
    func `the file name decides the format of exports, also of a failed build`(
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

    @Test func `'--env-file' reads what '--exports' wrote, whatever the values are`() async throws {
        let directory = try TemporaryDirectory()
        let names = "[A, B, C, D]"
        let show = "printf '<%s>' \"$A\" \"$B\" \"$C\" \"$D\" >"
        try directory.write(
            """
            version: 0.2
            env: { exported-variables: \(names) }
            phases:
              build:
                commands:
                  - |
                    A='1
                    2
                    ' B='it'"'"'s "$x" \\n \\\\ `y`' C= D='  # = é '
                  - \(show) first

            """,
            to: "buildspec.yml"
        )
        try directory.write(
            "version: 0.2\nphases: {build: {commands: ['\(show.replacing("'", with: "''")) second']}}\n",
            to: "second.yml"
        )
        let first = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--exports", "e.env"],
            in: directory
        )
        #expect(first.status == 0, "\(first.error)")
        let second = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--buildspec", "second.yml", "--env-file", "e.env"],
            in: directory
        )
        #expect(second.status == 0, "\(second.error)")
        let written = try #require(try directory.read("first"))
        #expect(written.contains("it's"))
        #expect(try directory.read("second") == written)
    }

    @Test func `an exports file that cannot be written stops the build before it starts`()
        async throws
    {
        let outcome = try await BuildspecProcess.run(
            buildspec: Self.buildspec,
            "--exports",
            "none/such.json"
        )
        #expect(outcome.status == 64)
        #expect(outcome.output == "")
        #expect(
            outcome.error.contains("--exports: cannot write 'none/such.json': No such file")
        )
    }
}
