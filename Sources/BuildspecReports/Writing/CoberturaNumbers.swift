internal import BuildspecFiles

/// The numbers of the elements, as attributes.
extension CoberturaWriter {
    static func attributes(
        of summary: CoverageSummary,
        _ timestamp: Int64
    ) -> XMLOutput.Attributes {
        let lines = (summary.linesCovered, total(summary.linesCovered, summary.linesMissed))
        let branches = (
            summary.branchesCovered, total(summary.branchesCovered, summary.branchesMissed)
        )
        return rates(of: summary) + [
            ("lines-covered", String(lines.0)), ("lines-valid", String(lines.1)),
            ("branches-covered", String(branches.0)), ("branches-valid", String(branches.1)),
            ("version", "buildspec"), ("timestamp", String(timestamp)),
        ]
    }

    static func rates(of summary: CoverageSummary) -> XMLOutput.Attributes {
        [
            ("line-rate", rate(summary.linesCovered, summary.linesMissed)),
            ("branch-rate", rate(summary.branchesCovered, summary.branchesMissed)),
            ("complexity", "0"),
        ]
    }

    static func attributes(of line: LineCoverage) -> XMLOutput.Attributes {
        let numbers: XMLOutput.Attributes = [
            ("number", String(line.number)), ("hits", String(max(line.hits, 0))),
        ]
        guard line.branchesTotal > 0 else { return numbers + [("branch", "false")] }
        let covered = min(max(line.branchesCovered, 0), line.branchesTotal)
        let percentage = parts(100, of: covered, line.branchesTotal)
        return numbers + [
            ("branch", "true"),
            ("condition-coverage", "\(percentage)% (\(covered)/\(line.branchesTotal))"),
        ]
    }

    /// Returns a share from 0 to 1 with at most 6 digits after the point.
    ///
    /// Further digits are cut off, so the share is 1 only if nothing is missed.
    static func rate(_ covered: Int, _ missed: Int) -> String {
        let total = total(covered, missed)
        guard total > 0 else { return "1" }
        let millionths = parts(1_000_000, of: max(covered, 0), total)
        guard millionths < 1_000_000 else { return "1" }
        let digits = String(millionths)
        var fraction = String(repeating: "0", count: 6 - digits.count) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return fraction.isEmpty ? "0" : "0.\(fraction)"
    }

    private static func total(_ covered: Int, _ missed: Int) -> Int {
        max(covered, 0).addingClamped(max(missed, 0))
    }

    /// Returns how many of `count` equal parts are covered; `covered` is at most `total`.
    private static func parts(_ count: Int, of covered: Int, _ total: Int) -> Int {
        // A product of 128 bits does not overflow, and the quotient is at most `count`.
        total.dividingFullWidth(covered.multipliedFullWidth(by: count)).quotient
    }
}
