internal import BuildspecFiles

/// An element of a feature in Cucumber's JSON: a scenario or a background.
struct CucumberScenario {
    var name = ""
    var type = ""
    var keyword = ""
    var line: Int?
    private(set) var nanoseconds: Int64 = 0
    /// The worst outcome of the steps and the hooks.
    private(set) var outcome = CucumberOutcome.nothing
    /// What the first step or hook with the worst outcome says; empty if it passed.
    private(set) var message = ""

    /// Whether the element is not a case.
    ///
    /// Old reports have no type, and a keyword that can be in any language.
    var isBackground: Bool {
        (type.isEmpty ? keyword : type).lowercased().filter { !$0.isWhitespace } == "background"
    }

    /// Adds a step or a hook; a hook without a result does not count.
    mutating func add(_ step: CucumberStep) {
        nanoseconds = nanoseconds.addingClamped(step.nanoseconds)
        guard step.isNamed || step.status != nil else { return }
        let outcome = CucumberOutcome(word: step.status ?? "")
        guard outcome > self.outcome else { return }
        self.outcome = outcome
        message = step.message(outcome)
    }
}

/// A step or a hook of a scenario.
struct CucumberStep {
    /// `before` or `after` for a hook.
    let hook: String?
    var keyword = ""
    /// The name of a step, or the location of a hook.
    var name = ""
    /// Whether there is a name or a keyword, even an empty one.
    var isNamed = false
    /// The status in lower case; `nil` without a result.
    var status: String?
    var nanoseconds: Int64 = 0
    var error = ""

    init(hook: String?) {
        self.hook = hook
    }

    /// Returns a line that names the step, and the error.
    ///
    /// A step that is skipped without an error says nothing, because an earlier one does.
    func message(_ outcome: CucumberOutcome) -> String {
        guard outcome != .passed, outcome != .skipped || !error.isEmpty else { return "" }
        let title = [hook.map { $0 + " hook" } ?? "", keyword, name].map(\.trimmed)
            .filter { !$0.isEmpty }.joined(separator: " ")
        let reason = (error.isEmpty ? status ?? "without a result" : error).trimmed
        return [title[...], reason].filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

/// The outcome of a step, in ascending order: the worst one is that of its scenario.
enum CucumberOutcome: Int, Comparable {
    /// Without a step or a hook.
    case nothing
    case passed
    /// A word that is not known, or no result.
    case other
    case skipped
    case pending
    case undefined
    case ambiguous
    case failed

    init(word: String) {
        self =
            switch word {
            case "passed": .passed
            case "skipped": .skipped
            case "pending": .pending
            case "undefined": .undefined
            case "ambiguous": .ambiguous
            case "failed": .failed
            default: .other
            }
    }

    /// The state of a scenario with this worst outcome.
    var status: TestStatus {
        switch self {
        case .passed: .succeeded
        case .skipped: .skipped
        case .failed: .failed
        case .nothing, .other, .pending, .undefined, .ambiguous: .unknown
        }
    }

    static func < (left: CucumberOutcome, right: CucumberOutcome) -> Bool {
        left.rawValue < right.rawValue
    }
}
