import Testing

@testable import BuildspecReports

@Suite struct ReportMergeTests {
    private static func tests(_ cases: (String, TestStatus, Int64)...) -> Report {
        var collector = TestCollector(limit: .max)
        for (name, status, nanoseconds) in cases {
            collector.add(TestCase(name: name, status: status, nanoseconds: nanoseconds))
        }
        return .tests(collector.report())
    }

    private static func merged(_ rule: MergeRule, _ reports: Report...) -> Report? {
        var merge = ReportMerge(rule: rule)
        for report in reports {
            let isAdded = merge.add(report)
            #expect(isAdded)
        }
        return merge.report
    }

    /// Merges texts of LCOV, and returns the report and the number of files that were not united.
    private static func lcov(
        _ rule: MergeRule,
        _ texts: String...
    ) throws -> (report: CoverageReport, notUnited: Int) {
        var merge = ReportMerge(rule: rule)
        for text in texts {
            let report = try CoverageReading.read(text, .lcov, keepsLines: true).report
            let isAdded = merge.add(.coverage(report))
            #expect(isAdded)
        }
        return (try #require(merge.report?.coverage), merge.filesNotUnited)
    }

    private static func record(_ path: String, _ lines: String...) -> String {
        (["SF:\(path)"] + lines + ["end_of_record", ""]).joined(separator: "\n")
    }

    @Test(arguments: [(MergeRule.files, Int64(35)), (.shards, 30), (.unitedShards, 30)])
    func `shards have the longest duration and files have the sum`(
        rule: MergeRule,
        nanoseconds: Int64
    ) throws {
        let report = Self.merged(
            rule,
            Self.tests(("a", .succeeded, 2), ("b", .failed, 3)),
            Self.tests(("a", .succeeded, 10), ("c", .skipped, 20))
        )
        let tests = try #require(report?.tests)
        #expect(tests.summary.counts == [.succeeded: 2, .failed: 1, .skipped: 1])
        #expect(tests.summary.nanoseconds == nanoseconds)
        #expect(tests.cases.map(\.name) == ["a", "b", "a", "c"])
    }

    @Test func `the counts of shards are added although they cover the same file`() throws {
        let (report, notUnited) = try Self.lcov(
            .shards,
            Self.record("a.c", "DA:1,1", "DA:2,0", "DA:3,0"),
            Self.record("a.c", "DA:1,0", "DA:2,1", "DA:3,1") + Self.record("b.c", "DA:1,0")
        )
        #expect(report.summary.text == "3/7 0/0")
        #expect(report.fileTexts == ["a.c 2/3 0/0", "b.c 0/1 0/0"])
        #expect(report.lineTexts() == ["1:0", "2:1", "3:1"])
        #expect(notUnited == 0)
    }

    @Test func `a file of shards has the highest percentage of lines and then of branches`() throws
    {
        let branches = ["BRDA:1,0,0,1", "BRDA:1,0,1,0"]
        let (report, _) = try Self.lcov(
            .shards,
            Self.record("a.c", "DA:1,1", "DA:2,1", "DA:3,0", "DA:4,0")
                + Self.record("b.c", "DA:1,1", "DA:2,0")
                + Self.record("c.c", "DA:1,1", branches[0], branches[1]),
            Self.record("a.c", "DA:1,1")
                + Self.record("b.c", "DA:1,1", "DA:2,0", branches[0], branches[1])
                + Self.record("c.c", "DA:1,1", branches[1])
        )
        #expect(report.fileTexts == ["a.c 1/1 0/0", "b.c 1/2 1/2", "c.c 1/1 1/2"])
        #expect(report.summary.text == "7/11 2/5")
    }

    @Test func `the first of equal shards is kept`() throws {
        let (report, _) = try Self.lcov(
            .shards,
            Self.record("a.c", "DA:1,5", "DA:2,0"),
            Self.record("a.c", "DA:1,0", "DA:2,7", "DA:3,0", "DA:4,9")
        )
        #expect(report.lineTexts() == ["1:5", "2:0"])
    }

    @Test(arguments: [MergeRule.files, .unitedShards])
    func `lines are united by number and each file counts once`(rule: MergeRule) throws {
        let (report, notUnited) = try Self.lcov(
            rule,
            Self.record("a.c", "DA:1,1", "DA:2,0", "DA:3,0"),
            Self.record("a.c", "DA:2,4", "DA:4,0") + Self.record("b.c", "DA:1,0")
        )
        #expect(report.summary.text == "2/5 0/0")
        #expect(report.fileTexts == ["a.c 2/4 0/0", "b.c 0/1 0/0"])
        #expect(report.lineTexts() == ["1:1", "2:4", "3:0", "4:0"])
        #expect(notUnited == 0)
    }

    @Test(arguments: [MergeRule.files, .unitedShards])
    func `a union without lines takes the better covered file and counts it`(
        rule: MergeRule
    ) throws {
        let (report, notUnited) = try Self.lcov(
            rule,
            Self.record("a.c", "LF:10", "LH:4") + Self.record("b.c", "DA:1,1"),
            Self.record("a.c", "LF:10", "LH:6") + Self.record("b.c", "DA:1,1"),
            Self.record("a.c", "LF:10", "LH:5")
        )
        #expect(report.fileTexts == ["a.c 6/10 0/0", "b.c 1/1 0/0"])
        #expect(report.summary.text == "7/11 0/0")
        #expect(notUnited == 1)
    }

    @Test func `a file without counts in one shard is united with the lines of another`() throws {
        for texts in [
            [Self.record("a.c"), Self.record("a.c", "DA:1,0")],
            [Self.record("a.c", "DA:1,0"), Self.record("a.c")],
        ] {
            let (report, notUnited) = try Self.lcov(.unitedShards, texts[0], texts[1])
            #expect(report.fileTexts == ["a.c 0/1 0/0"])
            #expect(report.summary.text == "0/1 0/0")
            #expect(notUnited == 0)
        }
    }

    @Test func `the stated totals of two reports on one file count once`() throws {
        let clover = """
            <coverage><project><metrics statements="9" coveredstatements="9"/><package name="p">
            <file name="a"><metrics statements="2" coveredstatements="1"/>
            <line num="1" type="stmt" count="1"/><line num="2" type="stmt" count="0"/></file>
            </package></project></coverage>
            """
        let report = Report.coverage(
            try CoverageReading.read(clover, .cloverXML, keepsLines: true).report
        )
        let texts = [
            (MergeRule.files, "9/9 0/0"), (.shards, "18/18 0/0"), (.unitedShards, "9/9 0/0"),
        ]
        for (rule, text) in texts {
            let merged = try #require(Self.merged(rule, report, report)?.coverage)
            #expect(merged.summary.text == text)
            #expect(merged.fileTexts == ["a 1/2 0/0"])
        }
    }

    @Test(arguments: [
        // gcovr's lines do not say whether they ran.
        (
            ReportFormat.jacocoXML,
            """
            <report name="r"><package name="p"><sourcefile name="a"><line nr="1"/><line nr="2"/>
            <counter type="LINE" missed="1" covered="1"/></sourcefile></package>
            <counter type="LINE" missed="1" covered="1"/></report>
            """
        ),
        // The branches belong to no line.
        (
            .simpleCov,
            """
            {"r": {"timestamp": 1, "coverage": {"a.rb": {"lines": [1, 0],
            "branches": {"[:if, 0, 1, 1, 1, 2]": {"[:then, 1, 1, 1, 1, 2]": 1, "[:else, 2, 1, 1, 1, 2]": 0}}}}}}
            """
        ),
    ])
    func `a report that is merged with itself is the same`(
        format: ReportFormat,
        text: String
    ) throws {
        let report = try CoverageReading.read(text, format, keepsLines: true).report
        #expect(report.summary.linesCovered == 1)
        let merged = try #require(
            Self.merged(.files, .coverage(report), .coverage(report))?.coverage
        )
        #expect(merged.summary == report.summary)
    }

    @Test(arguments: MergeRule.allCases)
    func `a report of another type is not added`(rule: MergeRule) {
        var merge = ReportMerge(rule: rule)
        #expect(merge.report == nil)
        let added = [
            merge.add(Self.tests(("a", .succeeded, 1))), merge.add(.coverage(CoverageReport())),
        ]
        #expect(added == [true, false])
        #expect(merge.report == Self.tests(("a", .succeeded, 1)))
    }

    @Test func `failures are kept first if there are too many cases`() throws {
        var merge = ReportMerge(options: ReadOptions(maxCases: 3))
        let added = [
            merge.add(Self.tests(("a", .succeeded, 0), ("b", .succeeded, 0), ("c", .failed, 0))),
            merge.add(Self.tests(("d", .succeeded, 0), ("e", .error, 0), ("f", .unknown, 0))),
        ]
        #expect(added == [true, true])
        let tests = try #require(merge.report?.tests)
        #expect(tests.cases.map(\.name) == ["a", "c", "e"])
        #expect(tests.summary.total == 6)
    }
}

extension Report {
    fileprivate var tests: TestReport? {
        guard case .tests(let report) = self else { return nil }
        return report
    }

    fileprivate var coverage: CoverageReport? {
        guard case .coverage(let report) = self else { return nil }
        return report
    }
}
