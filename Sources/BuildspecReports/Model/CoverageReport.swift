internal import BuildspecFiles

/// Counts of covered and missed lines and branches.
public struct CoverageSummary: Sendable, Equatable {
    /// The lines that ran.
    public var linesCovered: Int
    /// The lines that did not run.
    public var linesMissed: Int
    /// The branches that were taken.
    public var branchesCovered: Int
    /// The branches that were not taken.
    public var branchesMissed: Int

    /// Creates counts; a negative count becomes 0.
    public init(
        linesCovered: Int = 0,
        linesMissed: Int = 0,
        branchesCovered: Int = 0,
        branchesMissed: Int = 0
    ) {
        self.linesCovered = max(linesCovered, 0)
        self.linesMissed = max(linesMissed, 0)
        self.branchesCovered = max(branchesCovered, 0)
        self.branchesMissed = max(branchesMissed, 0)
    }

    /// The share of covered lines in percent; `nil` without lines.
    public var linePercentage: Double? {
        CoverageSummary.percentage(linesCovered, linesMissed)
    }

    /// The share of covered branches in percent; `nil` without branches.
    public var branchPercentage: Double? {
        CoverageSummary.percentage(branchesCovered, branchesMissed)
    }

    /// Adds the counts of another summary.
    public mutating func add(_ other: CoverageSummary) {
        linesCovered = linesCovered.addingClamped(other.linesCovered)
        linesMissed = linesMissed.addingClamped(other.linesMissed)
        branchesCovered = branchesCovered.addingClamped(other.branchesCovered)
        branchesMissed = branchesMissed.addingClamped(other.branchesMissed)
    }

    private static func percentage(_ covered: Int, _ missed: Int) -> Double? {
        let total = Double(covered) + Double(missed)
        return total > 0 ? Double(covered) * 100 / total : nil
    }
}

/// One executable line of a file.
public struct LineCoverage: Sendable, Equatable {
    /// The line, which starts at 1.
    public var number: Int
    /// How often the line ran.
    public var hits: Int
    /// The branches of the line that were taken.
    public var branchesCovered: Int
    /// All branches of the line.
    public var branchesTotal: Int

    /// Creates a line.
    public init(number: Int, hits: Int, branchesCovered: Int = 0, branchesTotal: Int = 0) {
        self.number = number
        self.hits = hits
        self.branchesCovered = branchesCovered
        self.branchesTotal = branchesTotal
    }
}

/// The coverage of one source file.
public struct FileCoverage: Sendable, Equatable {
    /// The path as the report writes it.
    public var path: String
    /// The counts of the file.
    public var summary: CoverageSummary
    /// The lines in ascending order; empty unless they were asked for, or if the format has none.
    public var lines: [LineCoverage]

    /// Creates the coverage of a file.
    public init(path: String, summary: CoverageSummary, lines: [LineCoverage] = []) {
        self.path = path
        self.summary = summary
        self.lines = lines
    }
}

/// The coverage of one or more files.
public struct CoverageReport: Sendable, Equatable {
    /// The counts of the whole report.
    ///
    /// They are the sums of the files, unless the format states totals of its own (Clover, JaCoCo).
    public var summary: CoverageSummary
    /// The source files in the order of the report.
    public var files: [FileCoverage]

    /// Creates a report.
    public init(summary: CoverageSummary = CoverageSummary(), files: [FileCoverage] = []) {
        self.summary = summary
        self.files = files
    }
}
