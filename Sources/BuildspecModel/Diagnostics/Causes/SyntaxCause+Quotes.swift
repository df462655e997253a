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
