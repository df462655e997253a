import BuildspecSyntax
import Testing

@testable import BuildspecReports

@Suite struct CucumberTests {
    private static func read(
        _ text: String,
        maxCases: Int = 500
    ) throws -> (report: TestReport, warnings: [String]) {
        let read = try ReportReader.read(
            MemorySource(Array(text.utf8)),
            format: .cucumberJSON,
            options: ReadOptions(maxCases: maxCases)
        )
        guard case .tests(let report) = read.report else { throw ContentFault("coverage") }
        return (report, read.warnings)
    }

    /// A report with one scenario that has these members.
    private static func scenario(_ members: String) -> String {
        #"[{"uri": "a.feature", "name": "A", "elements": [{"name": "s", \#(members)}]}]"#
    }

    private static func step(_ status: String) -> String {
        #"{"keyword": "Given ", "name": "x", "result": {"status": "\#(status)"}}"#
    }

    @Test func `a scenario is a case with its feature and the message of its first failed step`()
        throws
    {
        let text = """
            [{"uri": "file:features/cart.feature", "id": "cart", "keyword": "Feature", "name": "Cart",
            "elements": [{"id": "cart;pay", "keyword": "Scenario", "type": "scenario", "name": "Pay",
            "line": 7, "tags": [{"name": "@x"}],
            "before": [{"match": {"location": "Hooks.open()"},
            "result": {"status": "passed", "duration": 5}}],
            "steps": [
            {"keyword": "Given ", "name": "a cart", "result": {"status": "passed", "duration": 100}},
            {"keyword": "When ", "name": "I pay", "embeddings": [{"data": "QUJD"}],
            "result": {"error_message": "\\nno money\\n at a.rb:1\\n", "status": "failed",
            "duration": 20}},
            {"keyword": "Then ", "name": "it fails", "result": {"status": "failed",
            "error_message": "second"}},
            {"keyword": "And ", "name": "more", "result": {"status": "skipped"}}],
            "after": [{"result": {"status": "passed", "duration": 1000}}]}]}]
            """
        let (report, warnings) = try Self.read(text)
        #expect(
            report.cases == [
                TestCase(
                    prefix: "file:features/cart.feature",
                    suite: "Cart",
                    name: "Pay",
                    status: .failed,
                    nanoseconds: 1125,
                    message: "When I pay\nno money\n at a.rb:1",
                    file: "features/cart.feature",
                    line: 7
                )
            ]
        )
        #expect(report.summary[.failed] == 1 && report.summary.nanoseconds == 1125)
        #expect(warnings == [])
    }

    @Test(
        arguments: [
            (["passed", "PASSED"], .succeeded, ""),
            (["passed", "skipped"], .skipped, ""),
            (["pending", "skipped"], .unknown, "Given x\npending"),
            (["pending", "undefined"], .unknown, "Given x\nundefined"),
            (["undefined", "ambiguous", "skipped"], .unknown, "Given x\nambiguous"),
            (["ambiguous", "Failed", "skipped"], .failed, "Given x\nfailed"),
            (["passed", "odd"], .unknown, "Given x\nodd"),
            (["odd", "skipped"], .skipped, ""),
            ([], .unknown, ""),
        ] as [([String], TestStatus, String)]
    )
    func `the worst step is the state of its scenario`(
        statuses: [String],
        status: TestStatus,
        message: String
    ) throws {
        let steps = statuses.map(Self.step).joined(separator: ",")
        let found = try Self.read(Self.scenario(#""steps": [\#(steps)]"#)).report.cases
        #expect(found.map(\.status) == [status])
        #expect(found.map(\.message) == [message])
    }

    @Test(
        arguments: [
            (#""steps": [{"name": "x"}]"#, .unknown, "x\nwithout a result"),
            (#""steps": [{"name": "x", "result": null}]"#, .unknown, "x\nwithout a result"),
            (#""steps": [{"keyword": "Before", "result": {"status": "passed"}}]"#, .succeeded, ""),
            (#""steps": [null, {"result": {}}]"#, .unknown, ""),
            (#""steps": null, "before": [{"match": {}}]"#, .unknown, ""),
            (
                #""before": [{"result": {"status": "failed", "error_message": "e"}}], "steps": []"#,
                .failed, "before hook\ne"
            ),
            (
                #""after": [{"match": {"location": "H"}, "result": {"status": "failed"}}]"#,
                .failed, "after hook H\nfailed"
            ),
            (
                """
                "steps": [{"name": "x", "result": {"status": "passed"},
                "after": [{"result": {"status": "failed", "error_message": "e"}}]}]
                """,
                .failed, "after hook\ne"
            ),
            (
                #""steps": [{"name": "x", "result": {"status": "skipped", "error_message": "e"}}]"#,
                .skipped, "x\ne"
            ),
        ] as [(String, TestStatus, String)]
    )
    func `hooks and steps without a result count`(
        members: String,
        status: TestStatus,
        message: String
    ) throws {
        let found = try Self.read(Self.scenario(members)).report.cases
        #expect(found.map(\.status) == [status])
        #expect(found.map(\.message) == [message])
    }

    @Test func `a background is not a case and a skipped scenario has its message`() throws {
        let failed =
            #"{"keyword": "Given ", "name": "db", "result": {"error_message": "down", "status": "failed"}}"#
        let text = """
            [{"name": "A", "keyword": "Feature", "elements": [
            {"steps": [\(failed)], "type": "background", "name": "b"},
            {"steps": [\(Self.step("skipped"))], "type": "scenario", "name": "one"},
            {"steps": [\(Self.step("passed"))], "type": "scenario", "name": "two"},
            {"steps": [\(failed)], "keyword": " Background "},
            {"steps": [\(Self.step("failed"))], "keyword": "Scenario", "name": "three"}]}]
            """
        let cases = try Self.read(text).report.cases
        #expect(cases.map(\.name) == ["one", "two", "three"])
        #expect(cases.map(\.status) == [.skipped, .succeeded, .failed])
        #expect(cases.map(\.message) == ["Given db\ndown", "", "Given x\nfailed"])
    }

    @Test func `the feature can come after its elements`() throws {
        let text = """
            [{"elements": [{"steps": [\(Self.step("passed"))], "name": "s", "line": "9"}],
            "name": "A", "uri": "a.feature"}, {"elements": [{"name": "t", "line": 0}], "name": "B"}]
            """
        let cases = try Self.read(text).report.cases
        #expect(cases.map(\.suite) == ["A", "B"])
        #expect(cases.map(\.prefix) == ["a.feature", "B"])
        #expect(cases.map(\.file) == ["a.feature", nil])
        #expect(cases.map(\.line) == [9, nil])
    }

    @Test(arguments: [
        ("file:a/b.feature", "a/b.feature"), ("file:///a/b.feature", "/a/b.feature"),
        ("classpath:a.feature", "classpath:a.feature"), ("a.feature", "a.feature"),
    ])
    func `the file of a case is the path of the feature's URI`(uri: String, file: String) throws {
        let text = #"[{"uri": "\#(uri)", "elements": [{"name": "s"}]}]"#
        #expect(try Self.read(text).report.cases.map(\.file) == [file])
    }

    @Test(
        arguments: [
            ("5", 5, false), ("null", 0, false), ("-5", 0, false),
            ("9223372036854775807", .max, false),
            ("253118.99999999997", 253_119, true), ("1e3", 1_000, true), ("1e999", 0, true),
            (#""7""#, 7, true), (#""1,234.5""#, 1_235, true), (#""NaN""#, 0, true),
        ] as [(String, Int64, Bool)]
    )
    func `a duration is nanoseconds and CodeBuild refuses one that is not whole`(
        duration: String,
        nanoseconds: Int64,
        isRefused: Bool
    ) throws {
        let text = Self.scenario(
            #""steps": [{"result": {"status": "passed", "duration": \#(duration)}}]"#
        )
        let (report, warnings) = try Self.read(text)
        #expect(abs(report.summary.nanoseconds - nanoseconds) <= 1)
        #expect(warnings.isEmpty != isRefused)
    }

    @Test func `refused durations give one warning`() throws {
        let result = #"{"result": {"status": "passed", "duration": 1.5}}"#
        let text = Self.scenario("\n\"steps\": [\(result), \(result), \(result)]")
        #expect(
            try Self.read(text).warnings == [
                "CodeBuild refuses the duration '1.5' at line 2 and 2 more; "
                    + "it accepts whole nanoseconds only"
            ]
        )
    }

    @Test func `failures are kept first if there are too many cases`() throws {
        let statuses = ["passed", "passed", "passed", "failed", "passed", "failed", "failed"]
        let elements = statuses.enumerated().map { index, status in
            #"{"name": "\#(index)", "steps": [\#(Self.step(status))]}"#
        }
        let features = [elements[..<4], elements[4...]].map {
            #"{"elements": [\#($0.joined(separator: ","))], "name": "A"}"#
        }
        let text = "[\(features.joined(separator: ","))]"
        let report = try Self.read(text, maxCases: 3).report
        #expect(report.cases.map(\.name) == ["3", "5", "6"])
        #expect(report.summary.total == 7 && report.summary.failures == 3)
        #expect(
            try Self.read(text, maxCases: 5).report.cases.map(\.name) == ["0", "1", "3", "5", "6"]
        )
    }

    @Test(arguments: ["[]", " [ ]\n", "\u{FEFF}[]", #"[{"uri": "a", "elements": null}]"#])
    func `a report without cases is sound`(text: String) throws {
        #expect(try Self.read(text).report == TestReport())
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("{}", "1:1: expected a list as the features, found an object"),
        ("[1]", "1:2: expected an object as a feature, found a number"),
        (#"[{"name": "x"}]"#, "1:2: expected a feature with \"elements\", found another object"),
        (#"[{"elements": "x"}]"#, "1:15: expected a list as \"elements\", found a string"),
        (
            #"[{"elements": [null]}]"#,
            "1:16: expected an object as an element of \"elements\", found null"
        ),
        (
            "[{\"elements\": [{\n\"steps\": \"x\"}]}]",
            "2:10: expected a list as \"steps\", found a string"
        ),
        (
            #"[{"elements": [{"after": [7]}]}]"#,
            "1:27: expected an object as an element of \"after\", found a number"
        ),
        (
            #"[{"elements": [{"steps": [{"result": []}]}]}]"#,
            "1:38: expected an object as \"result\", found a list"
        ),
        (
            #"[{"elements": [{"steps": [{"result": {"duration": {}}}]}]}]"#,
            "1:51: expected a number as \"duration\", found an object"
        ),
        (#"[{"name": []}]"#, "1:11: expected a string as the name of a feature, found a list"),
        (#"[{"elements": [{"name": "a"#, "1:27: a string has no end"),
        ("[] []", "1:4: expected the end of the document, found '['"),
    ])
    func `a broken report is refused at its position`(text: String, fault: String) {
        let found = #expect(throws: SyntaxFault.self) { _ = try Self.read(text) }
        #expect(found.map { "\($0.line):\($0.column): \($0.reason)" } == fault)
    }

    @Test func `UTF-16 and invalid UTF-8 are refused`() {
        for bytes in [[0xFF, 0xFE, 0x5B, 0, 0x5D, 0], [0x5B, 0x22, 0xFF, 0x22, 0x5D]] as [[UInt8]] {
            #expect(throws: SyntaxFault.self) {
                try ReportReader.read(MemorySource(bytes), format: .cucumberJSON)
            }
        }
    }
}
