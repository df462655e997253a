import Testing

@testable import BuildspecReports

@Suite struct JUnitWriterTests {
    private static func report(_ cases: TestCase...) -> TestReport {
        var collector = TestCollector(limit: .max)
        for testCase in cases { collector.add(testCase) }
        return collector.report()
    }

    @Test func `a test report is written by suite in the order of the suites`() {
        let report = Self.report(
            TestCase(prefix: "c", suite: "s", name: "a", status: .succeeded, nanoseconds: 1_500),
            TestCase(suite: "t", name: "b", status: .error, file: "t.py", line: 7),
            TestCase(
                suite: "s",
                name: "d",
                status: .failed,
                nanoseconds: 2_000_000_000,
                message: "no <\ntrace"
            )
        )
        #expect(
            Written.junit(report) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites tests="3" failures="1" errors="1" skipped="0" time="2.0000015">
                  <testsuite name="s" tests="2" failures="1" errors="0" skipped="0" time="2.0000015">
                    <testcase classname="c" name="a" time="0.0000015"/>
                    <testcase name="d" time="2">
                      <failure message="no &lt;">no &lt;
                trace</failure>
                    </testcase>
                  </testsuite>
                  <testsuite name="t" tests="1" failures="0" errors="1" skipped="0" time="0">
                    <testcase name="b" time="0" file="t.py" line="7">
                      <error/>
                    </testcase>
                  </testsuite>
                </testsuites>

                """
        )
    }

    @Test func `a written test report is read back with its states and times`() throws {
        let report = Self.report(
            TestCase(prefix: "c", suite: "s", name: "a", status: .succeeded, nanoseconds: 1),
            TestCase(suite: "s", name: "b", status: .failed, message: "why\nand\nwhere"),
            TestCase(suite: "s", name: "c", status: .error, nanoseconds: 123_456_789_012),
            TestCase(suite: "", name: "", status: .skipped, message: "later"),
            TestCase(suite: "", name: "d", status: .failed, file: "é.swift", line: 3)
        )
        let read = try XMLReading.read(Written.junit(report), .junitXML, maxCases: .max)
        #expect(read.report.summary == report.summary)
        #expect(read.warnings == [])
        let texts = read.report.cases.map {
            "\($0.suite)|\($0.name)|\($0.status)|\($0.nanoseconds)"
        }
        #expect(
            texts == report.cases.map { "\($0.suite)|\($0.name)|\($0.status)|\($0.nanoseconds)" }
        )
        #expect(read.report.cases.map(\.message) == report.cases.map(\.message))
        #expect(read.report.cases.map(\.file) == report.cases.map(\.file))
        #expect(read.report.cases.map(\.line) == report.cases.map(\.line))
    }

    @Test func `an unknown result is written as skipped and the message says so`() throws {
        let report = Self.report(
            TestCase(name: "a", status: .unknown),
            TestCase(name: "b", status: .unknown, message: "inconclusive")
        )
        let text = Written.junit(report)
        #expect(text.contains(#"<testsuites tests="2" failures="0" errors="0" skipped="2""#))
        #expect(text.contains(#"<skipped message="UNKNOWN: the report does not say"#))
        let read = try XMLReading.read(text, .junitXML).report
        #expect(read.summary.counts == [.skipped: 2])
        #expect(read.cases[1].message.hasSuffix("\ninconclusive"))
    }

    @Test(arguments: OddText.texts)
    func `names and messages with odd characters are read back`(text: String, read: String) throws {
        let report = Self.report(
            TestCase(
                prefix: text,
                suite: text,
                name: text,
                status: .failed,
                message: "first\n\(text) end",
                file: text
            ),
            TestCase(suite: text, name: "b", status: .skipped, message: text + "|")
        )
        let result = try XMLReading.read(Written.junit(report), .junitXML).report
        #expect(result.summary == report.summary)
        let first = try #require(result.cases.first)
        #expect([first.prefix, first.suite, first.name, first.file] == [read, read, read, read])
        #expect(first.message.hasSuffix("first\n\(read) end"))
        #expect(result.cases[1].message.hasSuffix("\(read)|"))
    }

    @Test func `an empty test report is written and read back`() throws {
        let text = Written.junit(TestReport())
        let read = try XMLReading.read(text, .junitXML)
        #expect(read.report == TestReport())
        #expect(ReportFormat.detect(head: Array(text.utf8), fileName: "a.xml") == .junitXML)
    }

    @Test func `the root counts also the cases that the report does not keep`() {
        var collector = TestCollector(limit: 1)
        for name in ["a", "b", "c"] {
            collector.add(TestCase(name: name, status: .succeeded, nanoseconds: 1_000_000_000))
        }
        let text = Written.junit(collector.report())
        #expect(
            text.contains(#"<testsuites tests="3" failures="0" errors="0" skipped="0" time="3">"#)
        )
        #expect(text.contains(#"<testsuite name="" tests="1""#))
    }

    @Test func `a long test report is written in parts`() {
        let cases = (0..<10_000).map { TestCase(name: "case \($0)", status: .succeeded) }
        let sizes = Written.partSizes { JUnitWriter.write(TestReport(cases: cases), to: $0) }
        #expect(sizes.count > 5)
        #expect(sizes.allSatisfy { $0 < 128 << 10 })
    }

    @Test func `the error of a sink is passed on`() {
        struct Full: Error {}
        #expect(throws: Full.self) {
            try JUnitWriter.write(TestReport()) { _ throws(Full) in throw Full() }
        }
    }

    @Test(arguments: [
        (0, "0"), (1, "0.000000001"), (1_500_000_000, "1.5"), (60_000_000_000, "60"), (-5, "0"),
        (Int64.max, "9223372036.854775807"),
    ])
    func `a duration is written in seconds without an exponent`(nanoseconds: Int64, text: String) {
        #expect(JUnitWriter.seconds(nanoseconds) == text)
        #expect(TestDuration.nanoseconds(text) == max(nanoseconds, 0))
    }
}
