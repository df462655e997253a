import BuildspecModel
import Testing

/// A text with marks such as 1️⃣ in it, taken apart into the text and the places of the marks.
struct MarkedText {
    /// The text without the marks.
    private(set) var text = ""
    /// The place of each mark's number.
    private(set) var places: [Int: SourcePosition] = [:]

    init(_ marked: String) {
        var position = SourcePosition(line: 1, column: 1)
        for character in marked {
            if let number = MarkedText.number(character) {
                places[number] = position
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

    /// The mark at a place, or the place itself.
    func mark(at position: SourcePosition) -> String {
        places.first { $0.value == position }.map { "\($0.key)\u{FE0F}\u{20E3}" }
            ?? "\(position.line):\(position.column)"
    }

    private static func number(_ character: Character) -> Int? {
        let scalars = Array(character.unicodeScalars)
        guard scalars.last == "\u{20E3}", let digit = scalars.first else { return nil }
        return Int(String(digit))
    }
}

/// Checks everything that reading a marked text finds, in order, to the word.
///
/// - Parameters:
///   - marked: The buildspec, with marks where findings begin.
///   - expected: The findings, as `1️⃣ error unknown-phase: the message`.
///   - options: How strictly to read.
///   - sourceLocation: Where the expectation stands.
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

/// Checks what the rules find in commands, by name and place only.
///
/// - Parameters:
///   - marked: The buildspec, with marks where findings begin.
///   - expected: The findings, as `1️⃣ name`.
///   - options: How strictly to check.
///   - sourceLocation: Where the expectation stands.
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

/// Reads a text that must have no errors.
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
