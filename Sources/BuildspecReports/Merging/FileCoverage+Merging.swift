internal import BuildspecFiles

extension FileCoverage {
    /// Whether the lines are those that the counts of the file say.
    var hasAllLines: Bool {
        let counted = CoverageSummary(of: lines)
        return counted.linesCovered == summary.linesCovered
            && counted.linesMissed == summary.linesMissed
    }

    /// Unites the lines of two reports on one file; without all lines, the better covered one is returned.
    static func merging(_ one: FileCoverage, _ other: FileCoverage) -> FileCoverage {
        guard one.hasAllLines, other.hasAllLines else {
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
        var summary = CoverageSummary(of: lines)
        if !one.hasAllBranches || !other.hasAllBranches {
            // Some formats have branches that belong to no line.
            let isBetter =
                (other.summary.branchesCovered, one.summary.branchesMissed)
                > (one.summary.branchesCovered, other.summary.branchesMissed)
            let better = isBetter ? other.summary : one.summary
            summary.branchesCovered = better.branchesCovered
            summary.branchesMissed = better.branchesMissed
        }
        return FileCoverage(path: one.path, summary: summary, lines: lines)
    }

    private var hasAllBranches: Bool {
        let counted = CoverageSummary(of: lines)
        return counted.branchesCovered == summary.branchesCovered
            && counted.branchesMissed == summary.branchesMissed
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
}
