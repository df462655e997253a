/// Writes a test report as JUnit's XML, in the form that GitLab and Jenkins read.
///
/// Use it for a program that reads no other format. The form has no state for an unknown result, so
/// such a case is written as skipped, with a message that says so.
public enum JUnitWriter {
    /// Writes a report in parts, which are one document together.
    ///
    /// The cases are grouped by suite, in the order in which the suites first occur. The counts of the
    /// root are those of the summary, also if the report does not keep all cases.
    ///
    /// - Parameters:
    ///   - report: The report; read it with `maxCases: .max`, because only the cases that it keeps are
    ///     written.
    ///   - sink: A closure that receives each part, in UTF-8.
    /// - Throws: The error of `sink`.
    public static func write<Failure: Error>(
        _ report: TestReport,
        to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var output = XMLOutput()
        output.start("testsuites", attributes(of: report.summary))
        for suite in suites(of: report.cases) {
            output.start("testsuite", [("name", suite.name)] + attributes(of: suite.summary))
            for index in suite.indexes {
                add(report.cases[index], to: &output)
                try output.flush(to: sink)
            }
            output.end()
        }
        output.end()
        try output.finish(to: sink)
    }

    /// The cases of one suite, by their index in the report.
    private struct Suite {
        var name: String
        var summary = TestSummary()
        var indexes: [Int] = []
    }

    private static func suites(of cases: [TestCase]) -> [Suite] {
        var suites: [Suite] = []
        var positions: [String: Int] = [:]
        for (index, testCase) in cases.enumerated() {
            let position = positions[testCase.suite] ?? suites.count
            if position == suites.count {
                positions[testCase.suite] = position
                suites.append(Suite(name: testCase.suite))
            }
            suites[position].summary.add(testCase.status, nanoseconds: testCase.nanoseconds)
            suites[position].indexes.append(index)
        }
        return suites
    }

    private static func attributes(of summary: TestSummary) -> XMLOutput.Attributes {
        [
            ("tests", String(summary.total)), ("failures", String(summary[.failed])),
            ("errors", String(summary[.error])),
            ("skipped", String(summary[.skipped] + summary[.unknown])),
            ("time", seconds(summary.nanoseconds)),
        ]
    }

    private static func add(_ testCase: TestCase, to output: inout XMLOutput) {
        var attributes: XMLOutput.Attributes = []
        // Without a class, Jenkins shows the suite.
        if !testCase.prefix.isEmpty { attributes.append(("classname", testCase.prefix)) }
        attributes.append(("name", testCase.name))
        attributes.append(("time", seconds(testCase.nanoseconds)))
        if let file = testCase.file { attributes.append(("file", file)) }
        if let line = testCase.line { attributes.append(("line", String(line))) }
        guard let outcome = outcome(of: testCase) else {
            output.element("testcase", attributes)
            return
        }
        let message = firstLine(of: outcome.text)
        output.start("testcase", attributes)
        output.element(
            outcome.element,
            message.isEmpty ? [] : [("message", message)],
            text: outcome.text
        )
        output.end()
    }

    /// The element that a case has in it, with its text; `nil` for a case that succeeded.
    private static func outcome(of testCase: TestCase) -> (element: String, text: String)? {
        switch testCase.status {
        case .succeeded: nil
        case .failed: ("failure", testCase.message)
        case .error: ("error", testCase.message)
        case .skipped: ("skipped", testCase.message)
        case .unknown:
            (
                "skipped",
                "UNKNOWN: the report does not say whether the test succeeded"
                    + (testCase.message.isEmpty ? "" : "\n" + testCase.message)
            )
        }
    }

    private static func firstLine(of text: String) -> String {
        String(text.drop { $0.isWhitespace }.prefix { !$0.isNewline })
    }

    /// Returns the exact seconds without an exponent, such as `1.5`.
    static func seconds(_ nanoseconds: Int64) -> String {
        let (seconds, rest) = max(nanoseconds, 0).quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return String(seconds) }
        let digits = String(rest)
        var fraction = String(repeating: "0", count: 9 - digits.count) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(seconds).\(fraction)"
    }
}
