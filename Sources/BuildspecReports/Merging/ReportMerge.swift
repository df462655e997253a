/// The merge of the files or of the shards of one report.
///
/// Use it with the rule `files` for the files of a report group. The other rules are for the reports of
/// builds that ran at the same time.
///
/// Source: CodeBuild guide, test-reporting: all files of a report group become one report.
public struct ReportMerge: Sendable {
    private let rule: MergeRule
    private var tests: TestCollector
    /// The duration of the longest report.
    private var longest: Int64 = 0
    private var coverage: CoverageMerge
    /// The type of the first report; `nil` before it.
    public private(set) var kind: ReportKind?

    /// Prepares a merge.
    ///
    /// - Parameters:
    ///   - options: The options that the files were read with. A union requires that lines are kept.
    ///   - rule: The rule for durations and coverage.
    public init(options: ReadOptions = ReadOptions(), rule: MergeRule = .files) {
        self.rule = rule
        tests = TestCollector(limit: options.maxCases)
        coverage = CoverageMerge(rule: rule)
    }

    /// Adds a report; `false`, without a change, if it has another type than the first one.
    ///
    /// Test cases are joined. The rule decides about a source file that two reports cover. If it unites
    /// lines and they were not kept, the report with more covered lines counts.
    public mutating func add(_ report: Report) -> Bool {
        guard kind == nil || kind == report.kind else { return false }
        kind = report.kind
        switch report {
        case .tests(let report):
            tests.add(report)
            longest = max(longest, report.summary.nanoseconds)
        case .coverage(let report): coverage.add(report)
        }
        return true
    }

    /// The merged report; `nil` if none was added.
    public var report: Report? {
        switch kind {
        case .test:
            var report = tests.report()
            if rule != .files { report.summary.nanoseconds = longest }
            return .tests(report)
        case .codeCoverage: return .coverage(coverage.merged)
        case nil: return nil
        }
    }

    /// The number of source files whose lines the rule unites, but of which a report has no lines.
    ///
    /// Each of them has the coverage of one report, the one with more covered lines.
    public var filesNotUnited: Int { coverage.filesNotUnited }
}
