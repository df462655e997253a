internal import BuildspecFiles

/// The merge of coverage reports.
struct CoverageMerge: Sendable {
    private let rule: MergeRule
    private var report = CoverageReport()
    /// The position of each source file in `report`.
    private var positions: [String: Int] = [:]
    private var withoutLines: Set<Int> = []

    init(rule: MergeRule) {
        self.rule = rule
    }

    /// The number of files that could not be united, because a report has no lines of them.
    var filesNotUnited: Int { withoutLines.count }

    var merged: CoverageReport {
        guard rule == .unitedShards else { return report }
        var summary = CoverageSummary()
        for file in report.files { summary.add(file.summary) }
        return CoverageReport(summary: summary, files: report.files)
    }

    mutating func add(_ other: CoverageReport) {
        report.summary.add(other.summary)
        for file in other.files {
            if let position = positions[file.path] {
                add(file, at: position)
            } else {
                positions[file.path] = report.files.count
                report.files.append(file)
            }
        }
    }

    private mutating func add(_ file: FileCoverage, at position: Int) {
        let old = report.files[position]
        switch rule {
        case .files:
            let merged = FileCoverage.merging(old, file)
            report.summary.subtract(old.summary)
            report.summary.subtract(file.summary)
            report.summary.add(merged.summary)
            report.files[position] = merged
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

    /// Whether the file has counts that no line of it shows.
    fileprivate var lacksLines: Bool { lines.isEmpty && hasContent }
}

extension CoverageSummary {
    /// Whether the percentage of lines is higher, or, if it is the same, that of branches.
    ///
    /// A percentage of nothing is lower than 0.
    fileprivate func isBetter(than other: CoverageSummary) -> Bool {
        (linePercentage ?? -1, branchPercentage ?? -1)
            > (other.linePercentage ?? -1, other.branchPercentage ?? -1)
    }

    fileprivate mutating func subtract(_ other: CoverageSummary) {
        linesCovered = max(linesCovered.subtractingClamped(other.linesCovered), 0)
        linesMissed = max(linesMissed.subtractingClamped(other.linesMissed), 0)
        branchesCovered = max(branchesCovered.subtractingClamped(other.branchesCovered), 0)
        branchesMissed = max(branchesMissed.subtractingClamped(other.branchesMissed), 0)
    }
}
