/// What a report file says.
public enum Report: Sendable, Equatable {
    case tests(TestReport)
    case coverage(CoverageReport)

    /// The type of the report.
    public var kind: ReportKind {
        switch self {
        case .tests: .test
        case .coverage: .codeCoverage
        }
    }
}

/// A report with what CodeBuild would not accept in its file.
public struct ReadReport: Sendable, Equatable {
    /// What the file says.
    public var report: Report
    /// What CodeBuild's stricter parser refuses, as sentences without a full stop.
    ///
    /// Example: `CodeBuild refuses the duration '1.5' at line 7; it accepts whole nanoseconds only`.
    public var warnings: [String]

    /// Creates a report with warnings.
    public init(report: Report, warnings: [String] = []) {
        self.report = report
        self.warnings = warnings
    }
}

/// How much of a report is kept.
public struct ReadOptions: Sendable {
    /// The most test cases that are kept.
    ///
    /// All are counted. CodeBuild keeps 500.
    public var maxCases: Int
    /// Whether the lines of covered files are kept, which a union of reports needs.
    public var keepsLines: Bool

    /// Creates options.
    public init(maxCases: Int = 500, keepsLines: Bool = false) {
        self.maxCases = maxCases
        self.keepsLines = keepsLines
    }
}

/// A report file that cannot be read.
public struct ReportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path of the file as the caller gave it.
    public var path: String
    /// The line, which starts at 1; `nil` if the file could not be opened or read.
    public var line: Int?
    /// The column in bytes, which starts at 1.
    public var column: Int?
    /// A clause without a full stop.
    public var reason: String

    /// Creates an error.
    public init(path: String, line: Int? = nil, column: Int? = nil, reason: String) {
        self.path = path
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// The message as `PATH:LINE:COLUMN: REASON`.
    public var description: String {
        let position = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
        return "\(path)\(position): \(reason)"
    }
}
