internal import BuildspecFiles

/// The state of a test case, with CodeBuild's name for it.
///
/// Source: CodeBuild API, TestCase.
public enum TestStatus: String, Sendable, CaseIterable {
    case succeeded = "SUCCEEDED"
    case failed = "FAILED"
    case error = "ERROR"
    case skipped = "SKIPPED"
    case unknown = "UNKNOWN"

    /// Whether a test in this state is a failure.
    public var isFailure: Bool { self == .failed || self == .error }
}

/// One test case of a report.
public struct TestCase: Sendable, Equatable {
    /// The longest name, prefix or suite, in characters.
    ///
    /// Source: CodeBuild guide, limits: test reports.
    public static let maxNameLength = 1_000
    /// The longest message, in characters.
    public static let maxMessageLength = 5_000

    /// The name that related cases share, such as a class.
    public var prefix: String
    /// The test suite.
    public var suite: String
    /// The name of the test.
    public var name: String
    /// The state of the test.
    public var status: TestStatus
    /// The duration in nanoseconds.
    public var nanoseconds: Int64
    /// The message of a failure, or the reason of a skip; empty if there is no message.
    public var message: String
    /// The source file of the test, if the format has one.
    public var file: String?
    /// The line in `file`, which starts at 1.
    public var line: Int?

    /// Creates a test case; texts longer than CodeBuild's limits are cut.
    public init(
        prefix: String = "",
        suite: String = "",
        name: String,
        status: TestStatus,
        nanoseconds: Int64 = 0,
        message: String = "",
        file: String? = nil,
        line: Int? = nil
    ) {
        self.prefix = TestCase.cut(prefix, TestCase.maxNameLength)
        self.suite = TestCase.cut(suite, TestCase.maxNameLength)
        self.name = TestCase.cut(name, TestCase.maxNameLength)
        self.status = status
        self.nanoseconds = max(nanoseconds, 0)
        self.message = TestCase.cut(message, TestCase.maxMessageLength)
        self.file = file.map { TestCase.cut($0, TestCase.maxNameLength) }
        self.line = line
    }

    /// Returns the first `length` scalars.
    static func cut(_ text: String, _ length: Int) -> String {
        // A character can be any number of scalars, so scalars are what bounds the memory.
        text.utf8.count <= length ? text : String(text.unicodeScalars.prefix(length))
    }
}

/// The counts of a test report.
public struct TestSummary: Sendable, Equatable {
    private var succeeded = 0
    private var failed = 0
    private var error = 0
    private var skipped = 0
    private var unknown = 0
    /// The sum of the durations in nanoseconds.
    public var nanoseconds: Int64 = 0

    /// Creates a summary without cases.
    public init() {}

    /// The number of cases by state; a state that does not occur is missing.
    public var counts: [TestStatus: Int] {
        Dictionary(uniqueKeysWithValues: TestStatus.allCases.map { ($0, self[$0]) })
            .filter { $0.value > 0 }
    }

    /// The number of cases.
    public var total: Int { succeeded + failed + error + skipped + unknown }

    /// The number of cases in `status`.
    public private(set) subscript(status: TestStatus) -> Int {
        get {
            switch status {
            case .succeeded: succeeded
            case .failed: failed
            case .error: error
            case .skipped: skipped
            case .unknown: unknown
            }
        }
        set {
            switch status {
            case .succeeded: succeeded = newValue
            case .failed: failed = newValue
            case .error: error = newValue
            case .skipped: skipped = newValue
            case .unknown: unknown = newValue
            }
        }
    }

    /// The number of cases that failed or ended with an error.
    public var failures: Int { failed + error }

    /// Counts a case.
    public mutating func add(_ status: TestStatus, nanoseconds: Int64) {
        self[status] += 1
        self.nanoseconds = self.nanoseconds.addingClamped(nanoseconds)
    }

    /// Adds the counts and the duration of another summary.
    public mutating func add(_ other: TestSummary) {
        for status in TestStatus.allCases { self[status] += other[status] }
        nanoseconds = nanoseconds.addingClamped(other.nanoseconds)
    }
}

/// The test cases of one or more files.
public struct TestReport: Sendable, Equatable {
    /// The counts of all cases, also of those that `cases` leaves out.
    public var summary: TestSummary
    /// The cases in the order of the files; failures are kept first if there are too many.
    public var cases: [TestCase]

    /// Creates a report.
    public init(summary: TestSummary = TestSummary(), cases: [TestCase] = []) {
        self.summary = summary
        self.cases = cases
    }

    /// Whether `cases` leaves out cases.
    public var isTruncated: Bool { summary.total > cases.count }
}

extension Int64 {
    /// Nanoseconds of a number of seconds; 0 for what is not a finite number, clamped if too large.
    init(nanosecondsOf seconds: Double) {
        let value = (seconds * 1e9).rounded()
        self = value.isFinite && value > 0 ? (value < 9.2e18 ? Int64(value) : .max) : 0
    }
}
