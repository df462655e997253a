import Testing

@testable import BuildspecReports

@Suite struct SimpleCovTests {
    private static let formatted = """
        {"meta": {"simplecov_version": "0.22.0", "coverage": {"x": 1}},
        "coverage": {
        "/app/a.rb": {"source": ["x"], "covered_lines": 9,
        "lines": [null, 2, 0, "ignored", 1],
        "branches": [
        {"type": "then", "start_line": 3, "report_line": 2, "coverage": 0, "inline": false},
        {"type": "else", "start_line": 3, "coverage": 4},
        {"type": "when", "start_line": 5, "coverage": "ignored"}, {"type": "x"}
        ]},
        "/app/b.rb": {"lines": null, "branches": null, "methods": {}}
        },
        "groups": {"coverage": {"lines": {"covered_percent": 1}}}, "total": {"coverage": {"c": [1]}}}
        """

    @Test func `a coverage file has lines and branches and null and ignored do not count`() throws {
        let (report, warnings) = try CoverageReading.read(Self.formatted, .simpleCov)
        #expect(report.summary.text == "2/3 1/2")
        #expect(report.fileTexts == ["/app/a.rb 2/3 1/2", "/app/b.rb 0/0 0/0"])
        #expect(!report.hasLines)
        #expect(warnings == [])
    }

    @Test func `lines are kept if they are asked for`() throws {
        let (report, _) = try CoverageReading.read(Self.formatted, .simpleCov, keepsLines: true)
        #expect(report.lineTexts() == ["2:2:0/1", "3:0:1/1", "5:1"])
    }

    @Test func `a result set has lists of lines or objects with every outcome of a branch`() throws
    {
        let text = """
            {"RSpec": {"timestamp": 1.5, "coverage": {
            "old.rb": [1, null, 0, -5, 0.5, 1e999, "3", true],
            "new.rb": {"lines": [1, 1, 0], "branches": {
            "[:if, 0, 2, 4, 2, 9]": {"[:then, 1, 2, 4, 2, 5]": 3, "[:else, 2, 2, 4, 2, 9]": 0},
            "odd": {"[:when]": null}, "[:case, 4, 9, 1, 2, 3]": null}}}}}
            """
        let (report, _) = try CoverageReading.read(text, .simpleCov, keepsLines: true)
        #expect(report.fileTexts == ["old.rb 3/5 0/0", "new.rb 2/3 1/3"])
        #expect(report.lineTexts(1) == ["1:1", "2:1:1/2", "3:0"])
    }

    @Test func `runs are merged line by line and 0 with null stays null`() throws {
        let text = """
            {"unit": {"coverage": {"a.rb": [1, 0, null, 0, null, 0, 5],
            "b.rb": {"lines": [0], "branches": {"[:if, 0, 1, 2, 1, 9]": {"x": 0, "y": 1}}}}},
            "meta of nothing": {"timestamp": 1}, "none": {"coverage": null}, "n": 1,
            "system": {"coverage": {"a.rb": [2, 0, null, null, 3, 4],
            "b.rb": {"lines": [1, 0, 2], "branches": {"[:if, 0, 1, 2, 1, 9]": {"x": 2, "z": 0}}}}}}
            """
        let (report, _) = try CoverageReading.read(text, .simpleCov, keepsLines: true)
        #expect(report.fileTexts == ["a.rb 4/5 0/0", "b.rb 2/2 2/3"])
        #expect(report.lineTexts() == ["1:3", "2:0", "5:3", "6:4", "7:5"])
        #expect(report.lineTexts(1) == ["1:1:2/3", "3:2"])
    }

    @Test(arguments: [
        (#"{"coverage": {"coverage": {"a.rb": [1, 0]}, "timestamp": 1}}"#, "1/2 0/0"),
        (#"{"coverage": {"a.rb": {"lines": [1]}}}"#, "1/1 0/0"),
        (#"{"RSpec": {"coverage": {}}}"#, "0/0 0/0"),
        (
            #"{"a": {"coverage": {"a.rb": [2147483647]}}, "b": {"coverage": {"a.rb": [9e99]}}}"#,
            "1/1 0/0"
        ),
        ("\u{FEFF}{\"RSpec\": {\"coverage\": {\"a.rb\": [0]}}}", "0/1 0/0"),
    ])
    func `an unusual report is sound`(text: String, summary: String) throws {
        #expect(try CoverageReading.read(text, .simpleCov).report.summary.text == summary)
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("[]", "1:1: expected an object as the report, found a list"),
        (
            "{}",
            "1:1: expected \"coverage\" of SimpleCov at the top or in a run, found neither"
        ),
        (
            "{\"timestamp\": 1,\n \"files\": [{\"filename\": \"a.rb\", \"coverage\": [1]}]}",
            "2:11: the report is by the gem simplecov-json, which CodeBuild refuses; "
                + "use .resultset.json or coverage.json of simplecov"
        ),
        (
            #"{"coverage": "95%"}"#,
            "1:14: expected an object as \"coverage\", found a string"
        ),
        (
            #"{"R": {"coverage": {"a.rb": 1}}}"#,
            "1:29: expected a list or an object as a file, found a number"
        ),
        (
            #"{"R": {"coverage": {"a.rb": {"lines": "1"}}}}"#,
            "1:39: expected a list as \"lines\", found a string"
        ),
        (
            #"{"R": {"coverage": {"a.rb": [[1]]}}}"#,
            "1:30: expected a number as a line, found a list"
        ),
        (
            #"{"R": {"coverage": {"a.rb": {"branches": "1"}}}}"#,
            "1:42: expected a list or an object as \"branches\", found a string"
        ),
        (
            #"{"R": {"coverage": {"a.rb": [1, 0"#,
            "1:34: expected ',' or ']', found the end of the file"
        ),
        (
            #"{"R": {"coverage": {}}} {}"#,
            "1:25: expected the end of the document, found '{'"
        ),
    ])
    func `a broken report is refused at its position`(text: String, fault: String) {
        #expect(CoverageReading.fault(text, .simpleCov) == fault)
    }
}
