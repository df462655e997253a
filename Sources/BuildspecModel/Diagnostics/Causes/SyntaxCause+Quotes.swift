extension SyntaxCause {
    /// A quote that is opened and not closed; a later quote, meant to open, closes it.
    static func neverClosedQuote(_ scene: SyntaxContext) -> SyntaxCause? {
        if scene.context == "while scanning a quoted scalar" {
            guard let start = scene.problem.contextPosition,
                scene.problem.problem.contains("end of stream")
                    || scene.problem.problem.contains("document indicator")
            else { return nil }
            if let cause = eatenStart(scene, onLine: start.line) { return cause }
            return SyntaxCause(position: start, text: "the quote opened here is never closed")
        }
        let before = QuotedScalar.all(in: scene.source).last { $0.end <= scene.position }
        guard let quoted = before, quoted.start.line < quoted.end.line,
            quoted.end.line >= scene.position.line - 1
        else { return nil }
        return SyntaxCause(
            position: quoted.start,
            text: "the quote opened here is not closed on its line, so that a quote on line"
                + " \(quoted.end.line) ends it; close it, or write the text as a '|' block"
        )
    }

    /// A text that begins with a quote which closes before the text's end: `- "echo "x" "`.
    static func closedEarly(_ scene: SyntaxContext) -> SyntaxCause? {
        let onLine = QuotedScalar.all(in: scene.source)
            .last { $0.start.line == scene.position.line && $0.end <= scene.position }
        guard let quoted = onLine, quoted.end.line == quoted.start.line else { return nil }
        let rest = scene.source.line(quoted.end.line).dropFirst(quoted.end.column - 1)
        let tail = String(rest).trimmed
        guard !tail.isEmpty, !tail.hasPrefix("#"), !tail.hasPrefix(":"), !tail.hasPrefix(","),
            let value = scene.value(onLine: quoted.start.line), value.start == quoted.start
        else { return nil }
        return SyntaxCause(
            position: quoted.start,
            text: "the text begins with a quote that already closes in column"
                + " \(quoted.end.column - 1), with more behind it; write it as a '|' block, or quote"
                + " the whole"
        )
    }

    /// A backslash in double quotes that YAML wants to understand.
    static func escape(_ scene: SyntaxContext) -> SyntaxCause? {
        guard scene.problem.problem.contains("escape") else { return nil }
        return SyntaxCause(
            position: scene.position,
            text:
                "in double quotes YAML takes a backslash for an escape and does not know this one;"
                + " use single quotes, or '\\\\'"
        )
    }
}

/// A quoted scalar as a simple look over the lines finds it, also in a text that is not YAML.
struct QuotedScalar: Equatable {
    /// The opening quote.
    var start: SourcePosition
    /// The place behind the closing quote.
    var end: SourcePosition

    /// All quoted scalars that begin an item or a value in block style.
    static func all(in source: SourceText) -> [QuotedScalar] {
        var result: [QuotedScalar] = []
        var number = 1
        while number <= source.lineCount {
            if let block = BlockScalar(in: source, header: number) {
                number = block.end + 1
                continue
            }
            guard let start = opening(in: source, line: number) else {
                number += 1
                continue
            }
            let quoted = QuotedScalar(start: start, end: closing(in: source, from: start))
            result.append(quoted)
            number = quoted.end.line + 1
        }
        return result
    }

    private static func opening(in source: SourceText, line number: Int) -> SourcePosition? {
        let line = Array(source.line(number))
        var column = line.prefix { $0 == " " }.count
        while column < line.count, line[column] == "-", column + 1 < line.count,
            line[column + 1] == " "
        {
            column += 1 + line.dropFirst(column + 1).prefix { $0 == " " }.count
        }
        let rest = String(line[column...])
        if let colon = rest.range(of: ": "), rest[..<colon.lowerBound].isPlainKey {
            let value = rest[colon.upperBound...].drop { $0 == " " }
            column += rest.unicodeScalars.count - value.unicodeScalars.count
        }
        guard column < line.count, line[column] == "\"" || line[column] == "'" else { return nil }
        return SourcePosition(line: number, column: column + 1)
    }

    private static func closing(in source: SourceText, from start: SourcePosition) -> SourcePosition
    {
        let quote = source.scalar(at: start) ?? "\""
        var number = start.line
        var column = start.column
        while number <= source.lineCount {
            let line = Array(source.line(number))
            while column < line.count {
                let isEscape = quote == "\"" && line[column] == "\\"
                let isDoubled = quote == "'" && column + 1 < line.count && line[column + 1] == quote
                if line[column] == quote, !isDoubled {
                    return SourcePosition(line: number, column: column + 2)
                }
                column += isEscape || (line[column] == quote && isDoubled) ? 2 : 1
            }
            number += 1
            column = 0
        }
        return SourcePosition(line: source.lineCount + 1, column: 1)
    }
}
