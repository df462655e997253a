import TestSupport
import Testing

/// `buildspec report show`.
@Suite(.timed, .timeLimit(.minutes(1))) struct ReportShowTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            """
            <testsuite name="s" tests="3">
              <testcase classname="c" name="good" time="1.5"/>
              <testcase classname="c" name="bad" file="t.py" line="7"><failure message="no &lt;">
            trace</failure></testcase>
              <testcase classname="c" name="left"><skipped/></testcase>
            </testsuite>
            """,
            to: "junit.xml"
        )
        for (name, hits) in [("one.info", (1, 0)), ("two.info", (0, 1))] {
            try directory.write(
                "SF:a.c\nDA:1,\(hits.0)\nDA:2,\(hits.1)\nDA:3,0\nend_of_record\n",
                to: name
            )
        }
    }

    private func show(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(["report", "show"] + arguments, in: directory)
    }

    @Test func `a test report shows its counts and its failures`() async throws {
        let outcome = try await show("junit.xml")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output == """
                3 cases in 1.5 s: 1 succeeded, 1 failed, 1 skipped
                FAILED c bad (t.py:7)
                    no <
                    trace

                """
        )
    }

    @Test func `the JSON of a report has the names of CodeBuild's API`() async throws {
        let outcome = try await show("--json", "--file-format", "JUnitXml", "junit.xml")
        #expect(outcome.status == 0, "\(outcome)")
        for text in [
            #""type": "TEST""#, #""total": 3"#, #""SUCCEEDED": 1"#, #""UNKNOWN": 0"#,
            #""durationInNanoSeconds": 1500000000"#, #""testSuiteName": "s""#,
        ] {
            #expect(outcome.output.contains(text), "\(text)")
        }
    }

    @Test func `several coverage files are united by their lines`() async throws {
        let outcome = try await show("one.info", "two.info")
        #expect(outcome.output == "66.7 % of 3 lines in 1 file\n 66.7 %  a.c\n", "\(outcome)")
    }

    @Test func `a file that is not a report is refused with its position`() async throws {
        try directory.write("<testsuite>\n<a></b></testsuite>", to: "broken.xml")
        let outcome = try await show("broken.xml")
        #expect(outcome.status == 2)
        #expect(outcome.error.contains("error: broken.xml:2:"), "\(outcome)")
        let mixed = try await show("junit.xml", "one.info")
        #expect(mixed.status == 2)
        #expect(mixed.error.contains("error: one.info: the report is of the type CODE_COVERAGE"))
        #expect(try await show("missing.xml").status == 2)
        #expect(try await show("--file-format", "X", "junit.xml").status == 64)
    }
}
