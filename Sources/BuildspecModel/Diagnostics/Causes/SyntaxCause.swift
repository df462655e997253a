/// What a person did that libyaml cannot read, and where.
///
/// libyaml names the place where it noticed, often lines below the slip. A cause names the slip.
struct SyntaxCause {
    /// The place to mend.
    var position: SourcePosition
    /// What is wrong there and the remedy.
    var text: String

    /// Finds the cause of a syntax error, or `nil` when nothing known fits.
    ///
    /// The finders are asked in order, the surest first.
    static func find(_ scene: SyntaxContext) -> SyntaxCause? {
        let finders: [(SyntaxContext) -> SyntaxCause?] = [
            tab, neverClosedQuote, lostLineBreaks, unbreakableSpace, escape, eatenStart,
            closedEarly,
            missingSpace, pasted, blockEnd, colonInCommand, colonInValue, underPlainValue,
            keyAmongItems,
            itemAmongKeys, offColumn, stray,
        ]
        for finder in finders {
            if let cause = finder(scene) { return cause }
        }
        return nil
    }
}

/// A syntax error and the lines around it.
struct SyntaxContext {
    /// libyaml's words.
    let problem: YAMLProblem
    /// Where libyaml noticed.
    let position: SourcePosition
    /// The text.
    let source: SourceText

    /// The text of the line where libyaml noticed.
    var line: String { source.lineText(position.line) }

    /// What libyaml was doing, such as `while parsing a block mapping`.
    var context: String { problem.context ?? "" }

    /// The last line above a line that has more on it than a comment.
    func contentLine(above number: Int) -> Int? {
        stride(from: min(number, source.lineCount + 1) - 1, to: 0, by: -1)
            .first { isContent($0) }
    }

    /// Whether a line has more on it than blanks and a comment.
    func isContent(_ number: Int) -> Bool {
        let text = source.lineText(number).trimmed
        return !text.isEmpty && !text.hasPrefix("#")
    }

    /// The position of a line's first character that is no blank.
    func start(ofLine number: Int) -> SourcePosition {
        let blanks = source.line(number).prefix { $0 == " " || $0 == "\t" }.count
        return SourcePosition(line: number, column: blanks + 1)
    }

    /// How far the lines of a block are indented, or must be.
    func bodyIndent(of block: BlockScalar) -> Int {
        block.end > block.header
            ? source.indent(ofLine: block.header + 1) : source.indent(ofLine: block.header) + 2
    }

    /// The text of an item behind its `- `, or of a key's value, and where it begins.
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
        guard let colon = rest.range(of: ": "), rest[..<colon.lowerBound].isPlainKey else {
            return nil
        }
        let value = rest[colon.upperBound...].drop { $0 == " " }
        let skipped = rest.unicodeScalars.count - value.unicodeScalars.count
        return (String(value), SourcePosition(line: number, column: start.column + skipped))
    }
}

extension StringProtocol {
    /// Whether it looks like a key: one word of letters, digits, `_`, `-`, `.` and `/`.
    var isPlainKey: Bool {
        !isEmpty && allSatisfy { $0.isLetter || $0.isNumber || "_-./$".contains($0) }
    }

    /// The first place of a text in it; both are compared by their bytes.
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
