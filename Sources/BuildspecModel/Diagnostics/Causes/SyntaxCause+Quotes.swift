extension SyntaxCause {
    /// Finds a quote that is not closed, or that is closed by the opening quote of a later text.
    static func unclosedQuote(_ context: SyntaxContext) -> SyntaxCause? {
        if context.parserActivity == "while scanning a quoted scalar" {
            guard let start = context.problem.contextPosition,
                context.problem.message.contains("end of stream")
                    || context.problem.message.contains("document indicator")
            else { return nil }
            if let cause = specialStart(context, onLine: start.line) { return cause }
            return SyntaxCause(position: start, text: "the quote opened here is never closed")
        }
        let before = QuotedScalar.all(in: context.source).last { $0.end <= context.position }
        guard let quoted = before, quoted.start.line < quoted.end.line,
            quoted.end.line >= context.position.line - 1
        else { return nil }
        return SyntaxCause(
            position: quoted.start,
            text: "the quote opened here is not closed on its line, so that a quote on line"
                + " \(quoted.end.line) ends it; close it, or write the text as a '|' block"
        )
    }

    /// Finds a text whose opening quote is closed before the end of the text: `- "echo "x" "`.
    static func quoteClosedEarly(_ context: SyntaxContext) -> SyntaxCause? {
        let onLine = QuotedScalar.all(in: context.source)
            .last { $0.start.line == context.position.line && $0.end <= context.position }
        guard let quoted = onLine, quoted.end.line == quoted.start.line else { return nil }
        let rest = context.source.line(quoted.end.line).dropFirst(quoted.end.column - 1)
        let tail = String(rest).trimmed
        guard !tail.isEmpty, !tail.hasPrefix("#"), !tail.hasPrefix(":"), !tail.hasPrefix(","),
            let value = context.value(onLine: quoted.start.line), value.start == quoted.start
        else { return nil }
        return SyntaxCause(
            position: quoted.start,
            text: "the text begins with a quote that already closes in column"
                + " \(quoted.end.column - 1), with more text after it; write it as a '|' block, or quote"
                + " the whole"
        )
    }

    /// Finds a backslash in double quotes that is not a YAML escape.
    static func invalidEscape(_ context: SyntaxContext) -> SyntaxCause? {
        guard context.problem.message.contains("escape") else { return nil }
        return SyntaxCause(
            position: context.position,
            text:
                "in double quotes YAML reads a backslash as an escape and does not know this one;"
                + " use single quotes, or '\\\\'"
        )
    }
}

/// A quoted scalar that is found by a simple scan of the lines, also in text that is not valid YAML.
struct QuotedScalar: Equatable {
    /// The position of the opening quote.
    var start: SourcePosition
    /// The position after the closing quote.
    var end: SourcePosition

    /// Returns all quoted scalars at the start of an item or a value in block style.
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
