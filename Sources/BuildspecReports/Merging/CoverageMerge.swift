internal import BuildspecFiles

/// The merge of coverage reports.
struct CoverageMerge: Sendable {
    private let rule: MergeRule
    private var report = CoverageReport()
    /// The position of each source file in `report`.
    private var positions: [String: Int] = [:]
    private var withoutLines: Set<Int> = []
    /// How much the stated totals of the reports are more than the sums of their files.
    private var rest = SignedCounts()

    init(rule: MergeRule) {
        self.rule = rule
    }

    /// The number of files that could not be united, because a report has no lines of them.
    var filesNotUnited: Int { withoutLines.count }

    var merged: CoverageReport {
        guard rule != .shards else { return report }
        var total = rest
        for file in report.files { total.add(file.summary) }
        return CoverageReport(summary: total.summary, files: report.files)
    }

    mutating func add(_ other: CoverageReport) {
        report.summary.add(other.summary)
        let known = report.files.count
        var overlaps = false
        var stated = SignedCounts(other.summary)
        for file in other.files {
            stated.subtract(file.summary)
            if let position = positions[file.path] {
                if position < known { overlaps = true }
                add(file, at: position)
            } else {
                positions[file.path] = report.files.count
                report.files.append(file)
            }
        }
        // Two reports on the same files also state the same total.
        if !overlaps { rest.add(stated) }
    }

    private mutating func add(_ file: FileCoverage, at position: Int) {
        let old = report.files[position]
        switch rule {
        case .files:
            report.files[position] = FileCoverage.merging(old, file)
        case .shards:
            if file.summary.isBetter(than: old.summary) { report.files[position] = file }
            return
        case .unitedShards:
            // A file without lines and counts adds nothing to the other.
            guard file.hasContent else { return }
            report.files[position] = old.hasContent ? FileCoverage.merging(old, file) : file
        }
        if old.lacksLines || file.lacksLines { withoutLines.insert(position) }
    }
}

extension FileCoverage {
    fileprivate var hasContent: Bool { !lines.isEmpty || summary != CoverageSummary() }

    /// Whether the file has counts that its lines do not show.
    fileprivate var lacksLines: Bool { hasContent && !hasAllLines }
}

extension CoverageSummary {
    /// Whether the percentage of lines is higher, or, if it is the same, that of branches.
    ///
    /// A percentage of nothing is lower than 0.
    fileprivate func isBetter(than other: CoverageSummary) -> Bool {
        (linePercentage ?? -1, branchPercentage ?? -1)
            > (other.linePercentage ?? -1, other.branchPercentage ?? -1)
    }
}

/// The differences of counts, which can be negative.
private struct SignedCounts {
    private var linesCovered = 0
    private var linesMissed = 0
    private var branchesCovered = 0
    private var branchesMissed = 0

    init() {}

    init(_ summary: CoverageSummary) {
        add(summary)
    }

    /// The counts; a negative one becomes 0.
    var summary: CoverageSummary {
        CoverageSummary(
            linesCovered: linesCovered,
            linesMissed: linesMissed,
            branchesCovered: branchesCovered,
            branchesMissed: branchesMissed
        )
    }

    mutating func add(_ other: CoverageSummary) {
        linesCovered = linesCovered.addingClamped(other.linesCovered)
        linesMissed = linesMissed.addingClamped(other.linesMissed)
        branchesCovered = branchesCovered.addingClamped(other.branchesCovered)
        branchesMissed = branchesMissed.addingClamped(other.branchesMissed)
    }

    mutating func add(_ other: SignedCounts) {
        linesCovered = linesCovered.addingClamped(other.linesCovered)
        linesMissed = linesMissed.addingClamped(other.linesMissed)
        branchesCovered = branchesCovered.addingClamped(other.branchesCovered)
        branchesMissed = branchesMissed.addingClamped(other.branchesMissed)
    }

    mutating func subtract(_ other: CoverageSummary) {
        linesCovered = linesCovered.subtractingClamped(other.linesCovered)
        linesMissed = linesMissed.subtractingClamped(other.linesMissed)
        branchesCovered = branchesCovered.subtractingClamped(other.branchesCovered)
        branchesMissed = branchesMissed.subtractingClamped(other.branchesMissed)
    }
}
