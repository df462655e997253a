import Foundation
import Testing

/// The words that `docs/style.md` replaces by others.
@Suite struct `Prose` {
    struct Rule: Sendable, CustomTestStringConvertible {
        var word: String
        var instead: String
        /// Longer texts in which the word is right.
        var exceptions: [String] = []

        var testDescription: String { word }
    }

    private static let rules = [
        Rule(word: "anew", instead: "again"),
        Rule(word: "of then", instead: "at the time of the save"),
        Rule(word: "the own", instead: "its"),
        Rule(word: "proven", instead: "verified", exceptions: ["is-proven-and"]),
        Rule(word: "vouches", instead: "covers"),
        Rule(word: "made young", instead: "touched"),
        Rule(word: "told", instead: "reported"),
        Rule(word: "beside", instead: "while, next to", exceptions: ["--beside"]),
        Rule(word: "the like", instead: "(names of the things)"),
        Rule(word: "whoever", instead: "every user who"),
        Rule(word: "as ever", instead: "as before"),
        Rule(word: "places", instead: "directories, locations", exceptions: ["decimal places"]),
        Rule(
            word: "place",
            instead: "directory, location",
            exceptions: ["in place", "in-place", "`place`", "place:"]
        ),
        Rule(word: "gives back", instead: "returns"),
        Rule(word: "given back", instead: "returned"),
        Rule(word: "look at", instead: "read, check"),
        Rule(word: "looked at", instead: "read, checked"),
        Rule(word: "looks at", instead: "reads, checks"),
        Rule(word: "look through", instead: "read, list"),
        Rule(word: "shelf", instead: "(the name of the thing)"),
        Rule(word: "desk", instead: "(the name of the thing)"),
    ]

    @Test(arguments: rules)
    func `no page, comment or message has a word that the style guide replaces`(
        rule: Rule
    ) throws {
        let findings = try Self.lines.get()
            .filter { Self.has(rule, in: $0.text) }
            .map { $0.file.finding($0.index, "'\(rule.word)'; write \(rule.instead)") }
        #expect(findings == [])
    }

    @Test(arguments: [
        ("the files of then are read", "of then", true),
        ("often they are read", "of then", false),
        ("a place to be", "place", true),
        ("it is put in place", "place", false),
        ("it replaces a file", "place", false),
    ])
    func `words of prose are found as whole words`(text: String, word: String, found: Bool) throws {
        let rule = try #require(Self.rules.first { $0.word == word })
        #expect(Self.has(rule, in: text) == found)
    }

    // MARK: Prose

    private typealias Line = (file: SourceFile, index: Int, text: String)

    /// The prose of pages, and of the comments and strings of the sources, in small letters.
    private static let lines = Result { try pages() + sources() }

    private static func pages() throws -> [Line] {
        let files =
            try [Repository.file("README.md"), Repository.file("CONTRIBUTING.md")]
            + Repository.files(below: "docs", suffix: ".md").filter { $0.path != "docs/style.md" }
        #expect(files.count > 20)
        return files.flatMap { file in
            file.lines.indices.map { (file, $0, file.lines[$0].lowercased()) }
        }
    }

    private static func sources() throws -> [Line] {
        try Repository.files(below: "Sources", suffix: ".swift").flatMap { file in
            file.lines.indices.compactMap { index in
                let line = file.lines[index]
                if let comment = line.range(of: "//") {
                    return (file, index, line[comment.upperBound...].lowercased())
                }
                guard line.contains("\"") else { return nil }
                let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
                // A string of one word is a name and not a message.
                let texts = parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
                    .filter { $0.contains(" ") }
                return (file, index, texts.joined(separator: " ").lowercased())
            }
        }
    }

    private static func has(_ rule: Rule, in text: String) -> Bool {
        guard text.contains(rule.word) else { return false }
        let rest = rule.exceptions.reduce(text) { $0.replacingOccurrences(of: $1, with: " ") }
        return rest.ranges(of: rule.word).contains { range in
            let before =
                range.lowerBound > rest.startIndex
                ? rest[rest.index(before: range.lowerBound)] : " "
            let after = range.upperBound < rest.endIndex ? rest[range.upperBound] : " "
            return !isWord(before) && !isWord(after)
        }
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
