internal import BuildspecModel

/// The markers that a CI system reads in a log: collapsible groups, and annotations.
///
/// Sources: GitHub Docs, "Workflow commands"; GitLab Docs, "Custom collapsible sections"; Buildkite
/// Docs, "Managing log output".
enum CIMarkers: Sendable {
    case none
    case gitHub
    case gitLab
    case buildkite

    /// The most annotations of failed test cases in a report; GitHub shows 10 errors of a step.
    static let maxAnnotations = 10

    /// Detects the CI system by the variable that it sets.
    init(_ environment: [String: String]) {
        if environment["GITHUB_ACTIONS"] == "true" {
            self = .gitHub
        } else if environment["GITLAB_CI"] == "true" {
            self = .gitLab
        } else if environment["BUILDKITE"] == "true" {
            self = .buildkite
        } else {
            self = .none
        }
    }

    /// The line that begins a phase's group; `nil` if the system has no groups.
    func begin(_ phase: PhaseName) -> String? {
        switch self {
        case .none: nil
        case .gitHub: "::group::\(phase.upperCased)"
        case .gitLab:
            "\u{1B}[0Ksection_start:\(UTCTime.seconds()):\(phase.rawValue)\r\u{1B}[0K\(phase.upperCased)"
        case .buildkite: "--- \(phase.upperCased)"
        }
    }

    /// The line that ends a phase's group.
    func end(_ phase: PhaseName, failed: Bool) -> String? {
        switch self {
        case .none: nil
        case .gitHub: "::endgroup::"
        case .gitLab: "\u{1B}[0Ksection_end:\(UTCTime.seconds()):\(phase.rawValue)\r\u{1B}[0K"
        case .buildkite: failed ? "^^^ +++" : nil
        }
    }

    /// Makes the line that annotates a job with an `error` or `warning`; `nil` without annotations.
    func annotation(
        _ level: String,
        _ message: String,
        at location: (file: String, line: Int, column: Int)? = nil
    ) -> String? {
        guard self == .gitHub else { return nil }
        let properties = location.map {
            " file=\(CIMarkers.property($0.file)),line=\($0.line),col=\($0.column)"
        }
        return "::\(level)\(properties ?? "")::\(CIMarkers.escaped(message.printableLines))"
    }

    /// Returns a line of a report that the CI system does not take for a command.
    ///
    /// GitHub's runner takes `::` at the start of a line, spaces left out, and `##[` anywhere.
    func inert(_ line: String) -> String {
        guard self == .gitHub else { return line }
        let line = line.replacing("##[", with: "# #[")
        return line.drop { $0 == " " }.hasPrefix("::") ? line.replacing("::", with: ": :") : line
    }

    /// Escapes the message of a GitHub workflow command.
    static func escaped(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    /// Escapes a property of a GitHub workflow command.
    static func property(_ text: String) -> String {
        escaped(text.oneLine).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
