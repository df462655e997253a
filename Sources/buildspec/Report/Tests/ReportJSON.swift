internal import BuildspecModel
internal import BuildspecReports

/// A report as JSON, with the names of CodeBuild's API.
enum ReportJSON {
    static func object(_ report: BuildspecReports.Report) -> JSONText {
        switch report {
        case .tests(let tests): object(tests)
        case .coverage(let coverage): object(coverage)
        }
    }

    /// The counts of a report.
    static func summary(_ report: BuildspecReports.Report) -> JSONText {
        switch report {
        case .tests(let tests): object(tests.summary)
        case .coverage(let coverage): .object(members(coverage.summary))
        }
    }

    private static func object(_ report: TestReport) -> JSONText {
        .object([
            ("type", .string(ReportKind.test.rawValue)),
            ("summary", object(report.summary)),
            ("truncated", .bool(report.isTruncated)),
            ("cases", .array(report.cases.map(object))),
        ])
    }

    static func object(_ summary: TestSummary) -> JSONText {
        .object([
            ("total", number(summary.total)),
            (
                "statusCounts",
                .object(TestStatus.allCases.map { ($0.rawValue, number(summary[$0])) })
            ),
            ("durationInNanoSeconds", .number(String(summary.nanoseconds))),
        ])
    }

    private static func object(_ testCase: TestCase) -> JSONText {
        var members: [(String, JSONText)] = [
            ("prefix", .string(testCase.prefix)), ("testSuiteName", .string(testCase.suite)),
            ("name", .string(testCase.name)), ("status", .string(testCase.status.rawValue)),
            ("durationInNanoSeconds", .number(String(testCase.nanoseconds))),
            ("message", .string(testCase.message)),
        ]
        // The API has no names for these two.
        if let file = testCase.file { members.append(("file", .string(file))) }
        if let line = testCase.line { members.append(("line", number(line))) }
        return .object(members)
    }

    private static func object(_ report: CoverageReport) -> JSONText {
        .object([
            ("type", .string(ReportKind.codeCoverage.rawValue)),
            ("summary", .object(members(report.summary))),
            (
                "files",
                .array(
                    report.files.map {
                        .object([("filePath", .string($0.path))] + members($0.summary))
                    }
                )
            ),
        ])
    }

    private static func members(_ summary: CoverageSummary) -> [(String, JSONText)] {
        var members = [
            ("linesCovered", number(summary.linesCovered)),
            ("linesMissed", number(summary.linesMissed)),
            ("branchesCovered", number(summary.branchesCovered)),
            ("branchesMissed", number(summary.branchesMissed)),
        ]
        if let share = summary.linePercentage {
            members.append(("lineCoveragePercentage", number(share)))
        }
        if let share = summary.branchPercentage {
            members.append(("branchCoveragePercentage", number(share)))
        }
        return members
    }

    private static func number(_ value: Int) -> JSONText { .number(String(value)) }

    /// A percentage with two digits after the point.
    private static func number(_ share: Double) -> JSONText {
        .number(String((share * 100).rounded() / 100))
    }
}
