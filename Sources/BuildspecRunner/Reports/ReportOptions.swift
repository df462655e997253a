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
        var reports: [(name: String, summary: TestSummary)] = []
        for group in groups {
            if case .tests(let tests) = group.report {
                reports.append((group.label, tests.summary))
            }
        }
        guard !reports.isEmpty else { return "the build has no test report" }
        let failed = reports.first { $0.summary.failures > 0 }
        return failed.map { name, summary in
            let cases = summary.total == 1 ? "case" : "cases"
            return "\(summary.failures) of \(summary.total) test \(cases) failed in '\(name)'"
        }
    }

    private func coverageProblem(_ groups: [GroupReport], _ least: Double) -> String? {
        var reports: [(name: String, percentage: Double?)] = []
        for group in groups {
            guard case .coverage(let coverage) = group.report else { continue }
            reports.append((group.label, coverage.summary.linePercentage))
        }
        guard !reports.isEmpty else { return "the build has no coverage report" }
        for (name, percentage) in reports {
            guard let percentage else { return "the coverage report '\(name)' has no lines" }
            guard percentage < least else { continue }
            // Rounded down, because 79.999 % must not look like 80 %.
            let shown = (percentage * 100).rounded(.down) / 100
            return "'\(name)' covers \(shown) % of the lines, which is less than \(least) %"
        }
        return nil
    }
}
