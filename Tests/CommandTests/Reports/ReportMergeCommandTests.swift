import TestSupport
import Testing

/// `buildspec report merge`.
@Suite(.timed, .timeLimit(.minutes(1))) struct ReportMergeCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for (name, time, child) in [("1.xml", 1.5, ""), ("2.xml", 3, "<failure message='no'/>")] {
            try directory.write(
                "<testsuite><testcase name='\(name)' time='\(time)'>\(child)</testcase></testsuite>",
                to: name
            )
        }
        try directory.write("SF:a.c\nDA:1,1\nDA:2,0\nDA:3,0\nend_of_record\n", to: "1.info")
        try directory.write("SF:a.c\nDA:1,0\nDA:2,1\nDA:3,1\nend_of_record\n", to: "2.info")
        try directory.write("SF:a.c\nLF:3\nLH:1\nend_of_record\n", to: "3.info")
    }

    private func merge(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(["report", "merge"] + arguments, in: directory)
    }

    @Test func `shards have all test cases and the longest duration`() async throws {
        let outcome = try await merge("1.xml", "2.xml")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.hasSuffix(": 1 succeeded, 1 failed\nFAILED 2.xml\n    no\n"))
        let json = try await merge("--json", "--file-format", "junitxml", "1.xml", "2.xml")
        #expect(json.output.contains(#""durationInNanoSeconds": 3000000000"#), "\(json)")
        #expect(json.output.contains(#""total": 2"#), "\(json)")
    }

    @Test func `the coverage of shards is added and the best shard of a file is shown`()
        async throws
    {
        let outcome = try await merge("1.info", "2.info")
        #expect(outcome.output == "50.0 % of 6 lines in 1 file\n 66.7 %  a.c\n", "\(outcome)")
        #expect(outcome.error == "")
    }

    @Test func `a union counts each line of shards once`() async throws {
        let outcome = try await merge("--union", "1.info", "2.info")
        #expect(outcome.output == "100.0 % of 3 lines in 1 file\n100.0 %  a.c\n", "\(outcome)")
        #expect(outcome.error == "")
    }

    @Test func `a union without lines takes the better file with a warning`() async throws {
        let outcome = try await merge("--union", "2.info", "3.info")
        #expect(outcome.status == 0)
        #expect(outcome.output == "66.7 % of 3 lines in 1 file\n 66.7 %  a.c\n", "\(outcome)")
        #expect(outcome.error.hasPrefix("warning: a report has no lines of 1 source file"))
        #expect(outcome.error.split(separator: "\n").count == 1)
    }

    @Test func `shards of two types are refused`() async throws {
        let outcome = try await merge("1.xml", "1.info")
        #expect(outcome.status == 2)
        #expect(outcome.error.contains("error: 1.info: the report is of the type CODE_COVERAGE"))
        #expect(try await merge("missing.xml").status == 2)
        #expect(try await merge().status == 64)
    }
}
