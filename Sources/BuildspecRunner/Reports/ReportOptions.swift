internal import BuildspecFiles
internal import BuildspecReports

/// What a build does with the reports of its tests.
public struct ReportOptions: Sendable {
    /// Where the report files are exported to, as they are; `nil` does not export them.
    ///
    /// Source: CodeBuild API, ReportExportConfig.
    public var destination: ArtifactOptions.Destination?
    /// Whether the files of a group are exported as files or as one archive.
    public var packaging = ArtifactOptions.Packaging.none
    /// The rules that fail a build, in addition to those of CodeBuild.
    public var rules: [ReportRule] = []

    /// Creates options with CodeBuild's defaults.
    public init() {}
}

/// A rule that fails a build for the content of its reports.
///
/// CodeBuild has no such rules; there a failed test case does not fail a build.
public enum ReportRule: Sendable, Equatable {
    /// No test case failed or ended with an error.
    case tests
    /// Each coverage report covers at least this share of its lines, in percent.
    case coverage(Double)

    /// Returns why the reports break the rule, as a clause; `nil` if they do not.
    ///
    /// A build without a report of the rule's type breaks it, because a gate that finds nothing must not
    /// look passed.
    public func problem(in groups: [GroupReport]) -> String? {
        switch self {
        case .tests: testsProblem(groups)
        case .coverage(let least): coverageProblem(groups, least)
        }
    }

    private func testsProblem(_ groups: [GroupReport]) -> String? {
        var total = 0
        for group in groups {
            guard case .tests(let tests) = group.report else { continue }
            let summary = tests.summary
            total += summary.total
            guard summary.failures > 0 else { continue }
            let cases = summary.total == 1 ? "case" : "cases"
            return
                "\(summary.failures) of \(summary.total) test \(cases) failed in '\(group.label)'"
        }
        return unreadableProblem(groups, .test) ?? (total == 0 ? "the build has no test case" : nil)
    }

    private func coverageProblem(_ groups: [GroupReport], _ least: Double) -> String? {
        var hasReport = false
        for group in groups {
            guard case .coverage(let coverage) = group.report else { continue }
            hasReport = true
            let summary = coverage.summary
            guard let percentage = summary.linePercentage else {
                return "the coverage report '\(group.label)' has no lines"
            }
            guard percentage < least else { continue }
            return
                "'\(group.label)' covers \(summary.lineHundredths) % of the lines, which is less "
                + "than \(ReportRule.text(least)) %"
        }
        return unreadableProblem(groups, .codeCoverage)
            ?? (hasReport ? nil : "the build has no coverage report")
    }

    /// Returns a problem if a discovered file of a type cannot be read.
    private func unreadableProblem(_ groups: [GroupReport], _ kind: ReportKind) -> String? {
        let group = groups.first { $0.unreadable > 0 && $0.format?.kind == kind }
        return group.map { "a file of '\($0.label)' cannot be read" }
    }

    /// A percentage as its user writes it: `80`, or `80.5`.
    private static func text(_ percentage: Double) -> String {
        let text = String(percentage)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension CoverageSummary {
    /// The share of covered lines in percent with two decimals, rounded down, because 79.999 % must not look
    /// like 80 %.
    fileprivate var lineHundredths: String {
        let total = linesCovered.addingClamped(linesMissed)
        guard total > 0 else { return "0.00" }
        let hundredths = total.dividingFullWidth(
            linesCovered.multipliedFullWidth(by: 10_000)
        ).quotient
        let fraction = String(100 + hundredths % 100).dropFirst()
        return "\(hundredths / 100).\(fraction)"
    }
}
