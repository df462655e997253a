/// Something found in a buildspec: an error that stops the build or a warning that does not.
public struct Diagnostic: Sendable, Equatable {
    /// How bad it is.
    public enum Severity: String, Sendable, Comparable {
        case warning
        case error

        /// Orders warnings before errors.
        public static func < (left: Severity, right: Severity) -> Bool {
            left == .warning && right == .error
        }
    }

    /// How bad it is.
    public var severity: Severity
    /// The finding's stable name, such as `unknown-key`.
    public var name: String
    /// What is wrong and what to do, in one line, lower case, no full stop.
    public var message: String
    /// Where it is.
    public var range: SourceRange
    /// What CodeBuild does with it, where that is known; its own message if it has one.
    public var codeBuild: String?

    /// Whether it can be turned off: a warning, or what ShellCheck found.
    public var canBeIgnored: Bool { severity == .warning || FindingName.isShellCheck(name) }

    /// Creates a finding.
    public init(
        _ severity: Severity,
        _ name: String,
        _ message: String,
        at range: SourceRange,
        codeBuild: String? = nil
    ) {
        self.severity = severity
        self.name = name
        self.message = message
        self.range = range
        self.codeBuild = codeBuild
    }
}
