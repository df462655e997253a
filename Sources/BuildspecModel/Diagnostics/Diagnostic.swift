/// A finding in a buildspec: an error that stops the build, or a warning that does not.
public struct Diagnostic: Sendable, Equatable {
    /// The severity of a finding.
    public enum Severity: String, Sendable, Comparable {
        case warning
        case error

        /// Orders warnings before errors.
        public static func < (left: Severity, right: Severity) -> Bool {
            left == .warning && right == .error
        }
    }

    /// The severity of the finding.
    public var severity: Severity
    /// The stable name of the finding, such as `unknown-key`.
    public var name: String
    /// The problem and the remedy in one line, in lower case and without a full stop.
    public var message: String
    /// The range in the text.
    public var range: SourceRange
    /// CodeBuild's behaviour, if it is known; CodeBuild's message, if it has one.
    public var codeBuild: String?

    /// Whether the finding can be turned off: a warning, or a finding of ShellCheck.
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

extension Diagnostic {
    /// Creates a finding; `severity` overrides the severity of the name.
    init(
        _ name: FindingName,
        _ message: String,
        at range: SourceRange,
        severity: Severity? = nil,
        codeBuild: String? = nil
    ) {
        let severity = severity ?? name.severity
        self.init(severity, name.rawValue, message, at: range, codeBuild: codeBuild)
    }
}

extension String {
    /// The text for a one-line message: without control characters, and cut after 60 characters.
    var clipped: String {
        let limit = 60
        let visible = unicodeScalars.prefix(limit + 1).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: Character(scalar)
            }
        }
        return visible.count > limit ? String(visible.prefix(limit)) + "…" : String(visible)
    }
}
