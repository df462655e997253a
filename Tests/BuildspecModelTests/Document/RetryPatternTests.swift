import BuildspecModel
import TestSupport
import Testing

/// The regular expressions of `on-failure: RETRY-<regex>`.
@Suite(.timed, .timeLimit(.minutes(1)))
struct RetryPatternTests {
    @Test(arguments: [
        ("status [0-9]+$", true), ("(?i)ERROR while", true), ("^Error", true),
        ("^executing", false),
        ("(?:npm|yarn) install", true), (#"exit\s+status\s\d"#, true), (#"\bnpm\b"#, true),
        ("[[:alpha:]]{9}", true), ("(?P<tool>npm)", true), ("(?<tool>npm)", true),
        ("npm.*7", false),
        ("(?s)npm.*7", true), (#"\x{e9}"#, true), ("é", true), (#"\w{2}é"#, false),
        (#"\p{L}{2}é"#, false),
        (#"n\p{L}m\z"#, false), (#"\QReason:\E"#, true), ("", true),
    ])
    func `a retry pattern is read as Go, Java and Perl read it`(
        pattern: String,
        isFound: Bool
    ) throws {
        let message = "Error while executing command: npm install\né. Reason: exit status 7"
        let outcome = try RetryPattern(pattern).search(message) { false }
        #expect(outcome == (isFound ? .found : .notFound))
    }

    @Test(arguments: [
        ("[", "missing terminating ] for character class, at its character 2"),
        ("é(", "missing closing parenthesis, at its character 3"),
        ("*a", "quantifier does not follow a repeatable item, at its character 1"),
        ("(((a{1000}){1000}){1000})", "regular expression is too large, at its character 26"),
    ])
    func `an invalid retry pattern is an error at its position`(pattern: String, reason: String) {
        let text =
            "version: 0.2\nphases: {build: {on-failure: 'RETRY-2-\(pattern)', commands: [a]}}"
        let result = Buildspec.validate(Array(text.utf8))
        #expect(
            result.diagnostics.map(\.message) == [
                "'\(pattern)' is not a regular expression: \(reason)"
            ]
        )
        #expect(result.diagnostics.map(\.severity) == [.error])
        #expect(result.diagnostics.first?.range.start == SourcePosition(line: 2, column: 30))
    }

    @Test(arguments: [
        #"(\w+\s?)+timeout"#, "((((a+)+)+)+)+b", "(a|a)*b", #"\w+\w+\w+\w+b"#, #"(a+)\1b"#,
        "(a|b|ab)*x",
        "(?:(a)|b)*x", #"\p{L}+\p{Lu}"#, "(?=(a+))\\1{3}b", "(*NO_START_OPT)(a+)+b", "(?R)?a",
    ])
    func `a search asks whether to continue, with every retry pattern`(pattern: String) throws {
        let text = String(repeating: "a", count: 1_000_000) + "! timeou t b x A"
        var questions = 0
        let outcome = try RetryPattern(pattern).search(text) {
            questions += 1
            return questions > 100
        }
        #expect(outcome != .found)
        #expect(questions <= 101)
    }
}
