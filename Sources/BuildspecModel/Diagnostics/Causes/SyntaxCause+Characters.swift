extension SyntaxCause {
    /// Finds a tab where only spaces are allowed.
    static func tab(_ context: SyntaxContext) -> SyntaxCause? {
        let isTab = context.source.scalar(at: context.position) == "\t"
        let line = context.source.line(context.position.line)
        let blanks = line.prefix { $0 == " " || $0 == "\t" }
        guard context.problem.message.contains("tab") || isTab || blanks.contains("\t")
        else { return nil }
        let column = blanks.firstIndex(of: "\t").map { $0 - line.startIndex + 1 }
        let position = SourcePosition(
            line: context.position.line,
            column: column ?? context.position.column
        )
        return SyntaxCause(
            position: position,
            text: "there is a tab in column \(position.column); indent with spaces only"
        )
    }

    /// Finds a no-break space, which text copied from a web page can contain.
    static func unbreakableSpace(_ context: SyntaxContext) -> SyntaxCause? {
        let lines = [context.position.line, context.contentLine(above: context.position.line)]
        for number in lines.compactMap(\.self) {
            let line = Array(context.source.line(number))
            guard let index = line.firstIndex(where: { $0 == "\u{A0}" || $0 == "\u{3000}" })
            else { continue }
            return SyntaxCause(
                position: SourcePosition(line: number, column: index + 1),
                text: "the space in column \(index + 1) is not an ordinary one (a no-break space,"
                    + " perhaps from a web page); type it again"
            )
        }
        return nil
    }

    static func specialStart(_ context: SyntaxContext) -> SyntaxCause? {
        specialStart(context, onLine: context.position.line)
    }

    /// Finds a text that begins with a character that has a meaning in YAML.
    static func specialStart(_ context: SyntaxContext, onLine number: Int) -> SyntaxCause? {
        guard let value = context.value(onLine: number),
            value.start <= context.position, let first = value.text.first
        else { return nil }
        let rest = value.text.dropFirst()
        let meaning: String
        switch first {
        case "[": meaning = "a list"
        case "{": meaning = "a mapping"
        case "*": meaning = "an alias"
        case "&": meaning = "an anchor"
        case "!": meaning = "a tag"
        case "|", ">":
            guard !rest.trimmed.isEmpty, context.problem.message.contains("comment or line break")
            else { return nil }
            meaning = "a block"
        case "@", "`", "%":
            guard value.start == context.position else { return nil }
            meaning = "a reserved character"
        default: return nil
        }
        return SyntaxCause(
            position: value.start,
            text:
                "the text begins with '\(first)', which is \(meaning) to YAML; quote the whole text"
                + " or write it as a '|' block"
        )
    }

    /// Finds a file that has lost its line breaks.
    static func lostLineBreaks(_ context: SyntaxContext) -> SyntaxCause? {
        let line = context.line
        guard context.source.lineCount <= 2, line.contains("version:"), line.contains("phases:")
        else { return nil }
        return SyntaxCause(
            position: SourcePosition(line: 1, column: 1),
            text: "the whole buildspec is on one line; its line breaks were lost, or are written as"
                + " '\\n'"
        )
    }

    /// Finds a key without a colon and a space: `KEY:value`, `version 0.1` or `NAME = value`.
    static func missingSpace(_ context: SyntaxContext) -> SyntaxCause? {
        let problem = context.problem.message
        guard problem.contains("':'") || problem.contains("mapping values") else { return nil }
        let start = context.problem.contextPosition?.line ?? context.position.line
        let lines = [
            start, context.contentLine(above: start),
            context.contentLine(above: context.position.line),
        ]
        for number in lines.compactMap(\.self) where number <= context.position.line {
            if let cause = missingSpace(onLine: number, context) { return cause }
        }
        return nil
    }

    private static func missingSpace(onLine number: Int, _ context: SyntaxContext) -> SyntaxCause? {
        let text = context.source.lineText(number).trimmed
        let start = context.start(ofLine: number)
        if let colon = text.firstIndex(of: ":"), text[..<colon].isPlainKey {
            let tail = text[text.index(after: colon)...]
            guard let next = tail.first, next != " ", !tail.hasPrefix("//"), !tail.contains(": ")
            else { return nil }
            return SyntaxCause(
                position: SourcePosition(line: number, column: start.column + text[..<colon].count),
                text: "a space is missing after the ':'; write '\(text[..<colon]): …'"
            )
        }
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2, !text.hasPrefix("-"), !text.contains(":") else { return nil }
        if words[1].hasPrefix("= ") || words[1].hasPrefix("=\"") {
            return SyntaxCause(
                position: start,
                text: "a key and its value are joined by ': ', not by '='; write '\(words[0]): …'"
            )
        }
        let isKey = KeyTable.locations.contains { $0.row.name == words[0] }
        guard isKey, words[1].count <= 20 else { return nil }
        return SyntaxCause(
            position: start,
            text:
                "a ':' is missing after '\(words[0])'; write '\(words[0]): \(String(words[1]).clipped)'"
        )
    }
}
