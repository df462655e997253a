import Testing

/// Words that no source file contains, each with the reason.
@Suite struct `Forbidden words` {
    struct Rule: Sendable, CustomTestStringConvertible {
        var word: String
        var reason: String
        var exceptIn: Set<String> = []
        /// What makes a line with the word right.
        var unless: String?

        var testDescription: String { word }
    }

    private static let rules = [
        Rule(
            word: "Task {",
            reason: "nothing waits for this work; use a task group",
            unless: "}.value"
        ),
        Rule(word: "Task.detached", reason: "nothing waits for this work; use a task group"),
        Rule(word: "fatalError(", reason: "bad input must never end the process; throw"),
        Rule(word: "try!", reason: "bad input must never end the process; throw"),
        Rule(word: "print(", reason: "only the command writes to the terminal", exceptIn: command),
        Rule(word: "as? any CacheStore", reason: "ask CacheStores, not a store, what it is"),
        Rule(word: "as? any LocalCacheStore", reason: "ask CacheStores, not a store, what it is"),
        Rule(word: "is any LocalCacheStore", reason: "ask CacheStores, not a store, what it is"),
        Rule(word: "XCTest", reason: "tests use Swift Testing"),
        Rule(word: "TODO", reason: "open work is an issue, not a comment"),
        Rule(word: "FIXME", reason: "open work is an issue, not a comment"),
    ]

    private static let command: Set<String> = ["buildspec"]

    @Test(arguments: rules)
    func `no source file has the forbidden word`(rule: Rule) throws {
        let files = try Repository.files(below: "Sources", suffix: ".swift")
            .filter { !rule.exceptIn.contains($0.target) }
        #expect(!files.isEmpty)
        let findings = files.flatMap { file in
            file.lines.indices
                .filter { Self.holds(rule.word, in: file.lines[$0]) }
                .filter { index in
                    rule.unless.map { !file.lines[index].contains($0) } ?? true
                }
                .map { file.finding($0, "'\(rule.word)': \(rule.reason)") }
        }
        #expect(findings == [])
    }

    @Test func `every '@unchecked Sendable' has a comment with the reason above it`() throws {
        let findings = try Repository.files(below: "Sources", suffix: ".swift").flatMap { file in
            file.lines.indices
                .filter { file.lines[$0].contains("@unchecked Sendable") }
                .filter { $0 == 0 || !Self.isComment(file.lines[$0 - 1]) }
                .map { file.finding($0, "'@unchecked Sendable' without a reason") }
        }
        #expect(findings == [])
    }

    @Test func `every test file that runs a process has a time limit`() throws {
        let findings = try Repository.files(below: "Tests", suffix: ".swift")
            .filter { $0.lines.contains { $0.hasSuffix("import Subprocess") } }
            .filter { $0.lines.contains { $0.contains("@Test") } }
            .filter { !$0.lines.contains { $0.contains(".timeLimit(") } }
            .map(\.path)
        #expect(findings == [])
    }

    @Test(arguments: [
        ("    Task { work() }", "Task {", true),
        ("    withTask { work() }", "Task {", false),
        ("print(1)", "print(", true),
        ("fingerprint(1)", "print(", false),
        ("// never print(1)", "print(", false),
        ("// TODO: later", "TODO", true),
    ])
    func `a forbidden word is found in code and not in comments`(
        line: String,
        word: String,
        found: Bool
    ) {
        #expect(Self.holds(word, in: line[...]) == found)
    }

    /// Whether a line of code, not of comment, has the word, and not only as the end of another.
    private static func holds(_ word: String, in line: Substring) -> Bool {
        let isNote = word == "TODO" || word == "FIXME"
        guard isNote || !isComment(line), let range = line.firstRange(of: word) else {
            return false
        }
        guard range.lowerBound > line.startIndex else { return true }
        let before = line[line.index(before: range.lowerBound)]
        return !(before.isLetter || before.isNumber || before == "_")
    }

    private static func isComment(_ line: Substring) -> Bool {
        line.drop { $0 == " " }.hasPrefix("//")
    }
}
