/// The mistake that caused a syntax error, and its position.
///
/// libyaml reports the position where it noticed the error, often lines below the mistake.
struct SyntaxCause {
    var position: SourcePosition
    /// The mistake and the remedy, as a message.
    var text: String

    /// Finds the cause of a syntax error, or `nil` if none of the known mistakes matches.
    ///
    /// The finders run in order, the most specific first.
    static func find(_ context: SyntaxContext) -> SyntaxCause? {
        let finders: [(SyntaxContext) -> SyntaxCause?] = [
            tab, unclosedQuote, lostLineBreaks, unbreakableSpace, invalidEscape, specialStart,
            quoteClosedEarly, missingSpace, pastedLine, blockEnd, colonInCommand, colonInValue,
            underPlainValue, keyAmongItems, itemAmongKeys, offColumn, strayLine,
        ]
        for finder in finders {
            if let cause = finder(context) { return cause }
        }
        return nil
    }
}

/// A syntax error and the lines around it.
struct SyntaxContext {
    let problem: YAMLProblem
    /// The position where libyaml noticed the error.
    let position: SourcePosition
    let source: SourceText

    var line: String { source.lineText(position.line) }

    /// The activity of libyaml at the error, such as `while parsing a block mapping`.
    var parserActivity: String { problem.context ?? "" }

    /// Returns the nearest line above with content.
    func contentLine(above number: Int) -> Int? {
        stride(from: min(number, source.lineCount + 1) - 1, to: 0, by: -1).first(where: isContent)
    }

    /// Returns whether a line is not empty and not only a comment.
    func isContent(_ number: Int) -> Bool {
        let text = source.lineText(number).trimmed
        return !text.isEmpty && !text.hasPrefix("#")
    }

    /// Returns the position of the first character of a line that is not a blank.
    func start(ofLine number: Int) -> SourcePosition {
        let blanks = source.line(number).prefix { $0 == " " || $0 == "\t" }.count
        return SourcePosition(line: number, column: blanks + 1)
    }

    /// Returns the indentation of the lines of a block; for an empty block, the required one.
    func bodyIndent(of block: BlockScalar) -> Int {
        block.end > block.header
            ? source.indent(ofLine: block.header + 1) : source.indent(ofLine: block.header) + 2
    }

    /// Returns the text of an item after its `- `, or of a key's value, with its start.
    func value(onLine number: Int) -> (text: String, start: SourcePosition)? {
        var start = start(ofLine: number)
        var rest = String(source.line(number).dropFirst(start.column - 1))
        let isItem = rest.hasPrefix("- ")
        while rest.hasPrefix("- ") {
            let blanks = rest.dropFirst().prefix { $0 == " " }.count
            rest = String(rest.dropFirst(1 + blanks))
            start.column += 1 + blanks
        }
        if isItem { return (rest, start) }
        guard let colon = rest.range(of: ": "), rest[..<colon.lowerBound].isPlainKey
        else { return nil }
        let value = rest[colon.upperBound...].drop { $0 == " " }
        let skipped = rest.unicodeScalars.count - value.unicodeScalars.count
        return (String(value), SourcePosition(line: number, column: start.column + skipped))
    }
}

extension StringProtocol {
    /// Whether the text looks like a key: letters, digits, `_`, `-`, `.`, `/` and `$` only.
    var isPlainKey: Bool {
        !isEmpty && allSatisfy { $0.isLetter || $0.isNumber || "_-./$".contains($0) }
    }

    /// Returns the first range of `text` in this text, compared by bytes.
    func range(of text: String) -> Range<Index>? {
        let wanted = Array(text.utf8)
        guard let first = wanted.first else { return nil }
        var rest = utf8[...]
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: wanted) {
                return start..<rest.index(start, offsetBy: wanted.count)
            }
            rest = rest.dropFirst()
        }
        return nil
    }
}
