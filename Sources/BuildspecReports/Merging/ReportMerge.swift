internal import BuildspecFiles

/// The merge of the files of one report.
///
/// Source: CodeBuild guide, test-reporting: all files of a report group become one report.
public struct ReportMerge: Sendable {
    private let options: ReadOptions
    private var tests: TestCollector
    private var coverage = CoverageReport()
    /// The position of each source file in `coverage`.
    private var positions: [String: Int] = [:]
    /// The type of the first report; `nil` before it.
    public private(set) var kind: ReportKind?

    /// Prepares a merge; `options` should be those that the files were read with.
    public init(options: ReadOptions = ReadOptions()) {
        self.options = options
        tests = TestCollector(limit: options.maxCases)
    }

    /// Adds a report; `false`, without a change, if it has another type than the first one.
    ///
    /// Test cases are joined. Of a source file that two reports cover, the lines are united if they were kept;
    /// else the report with more covered lines counts.
    public mutating func add(_ report: Report) -> Bool {
        guard kind == nil || kind == report.kind else { return false }
        kind = report.kind
        switch report {
        case .tests(let report): tests.add(report)
        case .coverage(let report): add(report)
        }
        return true
    }

    /// The merged report; `nil` if none was added.
    public var report: Report? {
        switch kind {
        case .test: .tests(tests.report())
        case .codeCoverage: .coverage(coverage)
        case nil: nil
        }
    }

    private mutating func add(_ report: CoverageReport) {
        coverage.summary.add(report.summary)
        for file in report.files {
            guard let position = positions[file.path] else {
                positions[file.path] = coverage.files.count
                coverage.files.append(file)
                continue
            }
            let merged = FileCoverage.merging(coverage.files[position], file)
            coverage.summary.subtract(coverage.files[position].summary)
            coverage.summary.subtract(file.summary)
            coverage.summary.add(merged.summary)
            coverage.files[position] = merged
        }
    }
}

extension FileCoverage {
    /// Unites the lines of two reports on one file; without lines, the better covered one is returned.
    static func merging(_ one: FileCoverage, _ other: FileCoverage) -> FileCoverage {
        guard !one.lines.isEmpty, !other.lines.isEmpty else {
            let isBetter =
                (other.summary.linesCovered, other.summary.branchesCovered)
                > (one.summary.linesCovered, one.summary.branchesCovered)
            return isBetter ? other : one
        }
        var lines: [LineCoverage] = []
        var (first, second) = (one.lines[...], other.lines[...])
        while let line = first.first, let candidate = second.first {
            if line.number == candidate.number {
                lines.append(line.merging(candidate))
                first.removeFirst()
                second.removeFirst()
            } else if line.number < candidate.number {
                lines.append(first.removeFirst())
            } else {
                lines.append(second.removeFirst())
            }
        }
        lines += first + second
        return FileCoverage(path: one.path, summary: CoverageSummary(of: lines), lines: lines)
    }
}

extension LineCoverage {
    fileprivate func merging(_ other: LineCoverage) -> LineCoverage {
        LineCoverage(
            number: number,
            hits: hits.addingClamped(other.hits),
            branchesCovered: max(branchesCovered, other.branchesCovered),
            branchesTotal: max(branchesTotal, other.branchesTotal)
        )
    }
}

extension CoverageSummary {
    /// Counts lines.
    fileprivate init(of lines: [LineCoverage]) {
        self.init()
        for line in lines {
            if line.hits > 0 { linesCovered += 1 } else { linesMissed += 1 }
            branchesCovered = branchesCovered.addingClamped(line.branchesCovered)
            let missed = line.branchesTotal.subtractingClamped(line.branchesCovered)
            branchesMissed = branchesMissed.addingClamped(max(missed, 0))
        }
    }

    fileprivate mutating func subtract(_ other: CoverageSummary) {
        linesCovered = max(linesCovered.subtractingClamped(other.linesCovered), 0)
        linesMissed = max(linesMissed.subtractingClamped(other.linesMissed), 0)
        branchesCovered = max(branchesCovered.subtractingClamped(other.branchesCovered), 0)
        branchesMissed = max(branchesMissed.subtractingClamped(other.branchesMissed), 0)
    }
}
