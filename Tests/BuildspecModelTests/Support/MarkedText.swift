import BuildspecModel
import Testing

/// A text with marks such as 1️⃣, separated into the text and the positions of the marks.
struct MarkedText {
    /// The text without the marks.
    private(set) var text = ""
    /// The position of each mark by its number.
    private(set) var positions: [Int: SourcePosition] = [:]

    init(_ marked: String) {
        var position = SourcePosition(line: 1, column: 1)
        for character in marked {
            if let number = MarkedText.number(character) {
                positions[number] = position
                continue
            }
            text.append(character)
            if character.isNewline {
                position = SourcePosition(line: position.line + 1, column: 1)
            } else {
                position.column += character.unicodeScalars.count
            }
        }
    }

    /// Returns the mark at a position, or the position as a text.
    func mark(at position: SourcePosition) -> String {
        positions.first { $0.value == position }.map { "\($0.key)\u{FE0F}\u{20E3}" }
            ?? "\(position.line):\(position.column)"
    }

    private static func number(_ character: Character) -> Int? {
        let scalars = Array(character.unicodeScalars)
        guard scalars.last == "\u{20E3}", let digit = scalars.first else { return nil }
        return Int(String(digit))
    }
}

/// Returns a buildspec file whose build has the lines as its list of commands.
func buildspecText(commands lines: String, env: String = "") -> String {
    let indented = lines.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "\n" : "      \($0)\n" }.joined()
    return "version: 0.2\n\(env)phases:\n  build:\n    commands:\n\(indented)"
}

/// Checks all findings of reading a marked text, in order and with their whole messages.
///
/// - Parameters:
///   - marked: The buildspec file, with marks at the beginnings of findings.
///   - expected: The findings, as `1️⃣ error unknown-phase: the message`.
///   - options: The options of reading.
///   - sourceLocation: The location of the expectation.
func check(
    _ marked: String,
    _ expected: [String],
    options: ParseOptions = ParseOptions(startsBatch: true),
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let text = MarkedText(marked)
    let result = Buildspec.parse(Array(text.text.utf8), options: options)
    let found = result.diagnostics.map { finding in
        "\(text.mark(at: finding.range.start)) \(finding.severity.rawValue) \(finding.name): \(finding.message)"
    }
    #expect(found == expected, sourceLocation: sourceLocation)
}

/// Checks the names and positions of all findings of a validation.
///
/// - Parameters:
///   - marked: The buildspec file, with marks at the beginnings of findings.
///   - expected: The findings, as `1️⃣ name`.
///   - options: The options of the validation.
///   - sourceLocation: The location of the expectation.
func checkNames(
    _ marked: String,
    _ expected: [String],
    options: ValidationOptions = ValidationOptions(),
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let text = MarkedText(marked)
    let found = Buildspec.validate(Array(text.text.utf8), options: options).diagnostics.map {
        "\(text.mark(at: $0.range.start)) \($0.name)"
    }
    #expect(found == expected, sourceLocation: sourceLocation)
}

/// Parses a text that must have no errors.
func parsed(
    _ text: String,
    options: ParseOptions = ParseOptions(startsBatch: true),
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> Buildspec {
    let result = Buildspec.parse(Array(text.utf8), options: options)
    return try #require(
        result.buildspec,
        "\(result.diagnostics.map(\.message))",
        sourceLocation: sourceLocation
    )
}
