internal import BuildspecReports
internal import BuildspecRunner

/// A report as text for people.
enum ReportText {
    /// The most files of a coverage report that are listed.
    private static let mostFiles = 20
    /// The most failed cases of a group that a build shows.
    private static let mostFailures = 20
    /// The most lines of a message that are shown.
    private static let mostLines = 10

    static func text(_ report: BuildspecReports.Report) -> String {
        let lines =
            switch report {
            case .tests(let tests): [summary(tests.summary)] + failures(tests)
            case .coverage(let coverage): [summary(coverage)] + files(coverage)
            }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The counts of test cases on one line, such as `12 cases in 3.2 s: 11 succeeded, 1 failed`.
    static func summary(_ summary: TestSummary) -> String {
        let states = TestStatus.allCases.filter { summary[$0] > 0 }.map { status in
            let word = status == .error ? "with an error" : status.rawValue.lowercased()
            return Quantity.count(summary[status], word, one: word)
        }
        let time = Quantity.time(.nanoseconds(summary.nanoseconds))
        let counts = states.isEmpty ? "" : ": " + states.joined(separator: ", ")
        return "\(Quantity.count(summary.total, "case")) in \(time)\(counts)"
    }

    /// The report of a group on one line, such as `unit: 12 cases in 3.2 s: 12 succeeded`.
    static func row(_ group: GroupReport) -> String {
        let content: String? =
            switch group.report {
            case .tests(let tests): summary(tests.summary)
            case .coverage(let coverage): summary(coverage)
            case nil: group.failure == nil ? "no file can be read" : nil
            }
        let location = group.location.map { "exported to \($0)" }
        let parts = [content, location, group.failure].compactMap(\.self)
        return "\(group.label): \(parts.joined(separator: ", "))"
    }

    /// The failed cases of a group below its row; empty without failures.
    static func failures(_ group: GroupReport) -> [String] {
        guard case .tests(var tests) = group.report, tests.summary.failures > 0 else { return [] }
        let failed = tests.cases.filter(\.status.isFailure)
        tests.cases = Array(failed.prefix(mostFailures))
        return ["", "report \(row(group))".oneLine] + failures(tests)
    }

    /// The name of a case with its prefix.
    static func name(_ testCase: TestCase) -> String {
        [testCase.prefix, testCase.name].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func failures(_ report: TestReport) -> [String] {
        let failures = report.cases.filter(\.status.isFailure)
        let hidden = report.summary.failures - failures.count
        let rest = hidden > 0 ? ["\(Quantity.count(hidden, "more failure"))"] : []
        return failures.flatMap(lines) + rest
    }

    private static func lines(_ testCase: TestCase) -> [String] {
        var head = "\(testCase.status.rawValue) \(name(testCase).oneLine)"
        if let file = testCase.file {
            head += " (\(file.oneLine)\(testCase.line.map { ":\($0)" } ?? ""))"
        }
        let message = testCase.message.printableLines.split(separator: "\n")
        let more = message.count > mostLines ? ["    …"] : []
        return [head] + message.prefix(mostLines).map { "    \($0)" } + more
    }

    /// The coverage on one line, such as `81.2 % of 1000 lines, 60.0 % of 10 branches in 12 files`.
    static func summary(_ report: CoverageReport) -> String {
        let summary = report.summary
        let lines = summary.linesCovered + summary.linesMissed
        let branches = summary.branchesCovered + summary.branchesMissed
        var text = share(summary.linePercentage, of: lines, "line")
        if branches > 0 { text += ", " + share(summary.branchPercentage, of: branches, "branch") }
        return "\(text) in \(Quantity.count(report.files.count, "file"))"
    }

    private static func share(_ percentage: Double?, of total: Int, _ noun: String) -> String {
        guard let percentage else { return "no \(noun)s" }
        let plural = noun == "branch" && total != 1 ? "branches" : noun + (total == 1 ? "" : "s")
        return "\(tenths(percentage)) % of \(total) \(plural)"
    }

    private static func files(_ report: CoverageReport) -> [String] {
        let sorted = report.files.filter { $0.summary.linePercentage != nil }
            .sorted { ($0.summary.linePercentage ?? 0) < ($1.summary.linePercentage ?? 0) }
        let rows = sorted.prefix(mostFiles).map { file in
            let share = tenths(file.summary.linePercentage ?? 0)
            return String(repeating: " ", count: max(5 - share.count, 0)) + share + " %  "
                + file.path.oneLine
        }
        let hidden = sorted.count - rows.count
        return rows + (hidden > 0 ? ["\(Quantity.count(hidden, "more file"))"] : [])
    }

    private static func tenths(_ value: Double) -> String {
        // 99.97 % must not look complete.
        let tenths = value < 100 ? min(Int((value * 10).rounded()), 999) : 1_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension GroupReport {
    /// The failed cases that a CI system shows next to the code, those with a file first.
    func annotated(limit: Int) -> [TestCase] {
        guard case .tests(let tests) = report else { return [] }
        let failed = tests.cases.filter(\.status.isFailure)
        return Array(
            (failed.filter { $0.file != nil } + failed.filter { $0.file == nil }).prefix(limit)
        )
    }
}
