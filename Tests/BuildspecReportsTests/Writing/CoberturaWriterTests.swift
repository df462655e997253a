import Testing

@testable import BuildspecReports

@Suite struct CoberturaWriterTests {
    private static func file(_ path: String, _ lines: LineCoverage...) -> FileCoverage {
        FileCoverage(
            path: path,
            summary: CoverageSummary(
                lines: (lines.count { $0.hits > 0 }, lines.count),
                branches: (
                    lines.reduce(0) { $0 + $1.branchesCovered },
                    lines.reduce(0) { $0 + $1.branchesTotal }
                )
            ),
            lines: lines
        )
    }

    private static func report(_ files: FileCoverage...) -> CoverageReport {
        var report = CoverageReport(files: files)
        for file in files { report.summary.add(file.summary) }
        return report
    }

    @Test func `a coverage report is written by directory and file`() {
        let report = Self.report(
            Self.file(
                "src/a.c",
                LineCoverage(number: 1, hits: 3),
                LineCoverage(number: 2, hits: 0, branchesCovered: 1, branchesTotal: 3)
            ),
            Self.file("b.c", LineCoverage(number: 7, hits: 1)),
            Self.file("src/c.c", LineCoverage(number: 1, hits: 0))
        )
        #expect(
            Written.cobertura(report) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <coverage line-rate="0.5" branch-rate="0.333333" complexity="0" lines-covered="2" \
                lines-valid="4" branches-covered="1" branches-valid="3" version="buildspec" \
                timestamp="1796101200000">
                  <sources>
                    <source>.</source>
                  </sources>
                  <packages>
                    <package name="src" line-rate="0.333333" branch-rate="0.333333" complexity="0">
                      <classes>
                        <class name="a.c" filename="src/a.c" line-rate="0.5" branch-rate="0.333333" \
                complexity="0">
                          <methods/>
                          <lines>
                            <line number="1" hits="3" branch="false"/>
                            <line number="2" hits="0" branch="true" condition-coverage="33% (1/3)"/>
                          </lines>
                        </class>
                        <class name="c.c" filename="src/c.c" line-rate="0" branch-rate="1" \
                complexity="0">
                          <methods/>
                          <lines>
                            <line number="1" hits="0" branch="false"/>
                          </lines>
                        </class>
                      </classes>
                    </package>
                    <package name="." line-rate="1" branch-rate="1" complexity="0">
                      <classes>
                        <class name="b.c" filename="b.c" line-rate="1" branch-rate="1" \
                complexity="0">
                          <methods/>
                          <lines>
                            <line number="7" hits="1" branch="false"/>
                          </lines>
                        </class>
                      </classes>
                    </package>
                  </packages>
                </coverage>

                """
        )
    }

    @Test(arguments: OddText.texts)
    func `a path with odd characters is read back with its lines`(text: String, read: String) throws
    {
        let report = Self.report(
            Self.file(
                text,
                LineCoverage(number: 1, hits: 4, branchesCovered: 1, branchesTotal: 2),
                LineCoverage(number: 9, hits: 0)
            ),
            Self.file("dir \(text)/b", LineCoverage(number: 2, hits: 1))
        )
        let document = Written.cobertura(report)
        let result = try CoverageReading.read(document, .coberturaXML, keepsLines: true).report
        #expect(result.summary == report.summary)
        #expect(result.files.map(\.path) == [read, "dir \(read)/b"])
        #expect(result.files.map(\.lines) == report.files.map(\.lines))
    }

    @Test func `an empty coverage report is written and read back`() throws {
        let text = Written.cobertura(CoverageReport())
        #expect(try CoverageReading.read(text, .coberturaXML).report == CoverageReport())
        #expect(ReportFormat.detect(head: Array(text.utf8), fileName: "a.xml") == .coberturaXML)
        #expect(text.contains(#"<coverage line-rate="1" branch-rate="1""#))
    }

    @Test func `a file without lines is a class without lines that has its rates`() throws {
        let text = """
            SF:a.c
            LF:4
            LH:3
            BRF:2
            BRH:0
            end_of_record
            """
        let report = try CoverageReading.read(text, .lcov, keepsLines: true).report
        let document = Written.cobertura(report)
        #expect(
            document.contains(#"<class name="a.c" filename="a.c" line-rate="0.75" branch-rate="0""#)
        )
        #expect(document.contains(#"lines-covered="3" lines-valid="4""#))
        #expect(!document.contains("<line "))
    }

    @Test(arguments: [
        (
            ReportFormat.lcov,
            "SF:a/b.c\nDA:1,1\nDA:2,0\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nend_of_record\n"
        ),
        (
            .jacocoXML,
            """
            <report name="r"><package name="a"><sourcefile name="b.c">
            <line nr="1" mi="0" ci="3" mb="1" cb="1"/><line nr="2" mi="1" ci="0" mb="0" cb="0"/>
            <counter type="BRANCH" missed="1" covered="1"/>
            <counter type="LINE" missed="1" covered="1"/></sourcefile></package>
            <counter type="BRANCH" missed="1" covered="1"/>
            <counter type="LINE" missed="1" covered="1"/></report>
            """
        ),
        (
            .cloverXML,
            """
            <coverage><project><metrics statements="2" coveredstatements="1" conditionals="2"
            coveredconditionals="1"/><package name="a"><file name="b.c" path="a/b.c">
            <metrics statements="2" coveredstatements="1" conditionals="2" coveredconditionals="1"/>
            <line num="1" type="cond" truecount="1" falsecount="0"/>
            <line num="2" type="stmt" count="0"/></file></package></project></coverage>
            """
        ),
        (
            .simpleCov,
            """
            {"RSpec": {"coverage": {"a/b.c": {"lines": [1, 0, null], "branches": {
            "[:if, 0, 1, 1, 1, 9]": {"[:then, 1, 1, 1, 1, 5]": 1, "[:else, 2, 1, 6, 1, 9]": 0}}}}}}
            """
        ),
    ])
    func `a report of every format with lines is converted without a change`(
        format: ReportFormat,
        text: String
    ) throws {
        let report = try CoverageReading.read(text, format, keepsLines: true).report
        #expect(report.summary.text == "1/2 1/2")
        let document = Written.cobertura(report)
        let result = try CoverageReading.read(document, .coberturaXML, keepsLines: true).report
        #expect(result == report)
        #expect(result.lineTexts() == ["1:1:1/2", "2:0"])
    }

    @Test func `numbers outside of their range are written within it`() {
        var summary = CoverageSummary()
        summary.linesCovered = .max
        summary.linesMissed = .max
        summary.branchesCovered = -5
        summary.branchesMissed = 5
        let lines = [
            LineCoverage(number: 1, hits: -2, branchesCovered: 9, branchesTotal: 2),
            LineCoverage(number: .max, hits: .max, branchesCovered: .min, branchesTotal: .max),
        ]
        let text = Written.cobertura(
            CoverageReport(
                summary: summary,
                files: [FileCoverage(path: "", summary: summary, lines: lines)]
            )
        )
        #expect(text.contains(#"branch-rate="0" "#))
        #expect(text.contains(#"hits="0" branch="true" condition-coverage="100% (2/2)""#))
        #expect(text.contains(#"condition-coverage="0% (0/9223372036854775807)""#))
    }

    @Test(arguments: [
        (2, 1, "0.666666"), (29, 71, "0.29"), (999_999_999, 1, "0.999999"), (1, 0, "1"),
        (0, 3, "0"),
        (0, 0, "1"), (1, 9_999_999, "0"), (5, 9_999_995, "0"), (1, 99_999, "0.00001"),
    ])
    func `a rate is 1 only if nothing is missed`(covered: Int, missed: Int, rate: String) {
        #expect(CoberturaWriter.rate(covered, missed) == rate)
    }

    @Test(arguments: [
        ("a/b/c.d", "a/b", "c.d"), ("c", ".", "c"), ("/c", "/", "c"), (#"C:\a\b"#, #"C:\a"#, "b"),
        ("", ".", ""), ("a/", "a", ""),
    ])
    func `a path is split into directory and name`(path: String, directory: String, name: String) {
        #expect(CoberturaWriter.split(path) == (directory, name))
    }

    @Test func `a file with many lines is written in parts`() {
        let lines = (1...10_000).map { LineCoverage(number: $0, hits: 1) }
        let report = CoverageReport(files: [FileCoverage(path: "a", summary: .init(), lines: lines)]
        )
        let sizes = Written.partSizes { CoberturaWriter.write(report, timestamp: 0, to: $0) }
        #expect(sizes.count > 5)
        #expect(sizes.allSatisfy { $0 < 128 << 10 })
    }
}
