extension SyntaxCause {
    /// Finds a line that was pasted by accident: an editor's `~`, a shell command, a merge conflict.
    static func pastedLine(_ context: SyntaxContext) -> SyntaxCause? {
        let start = context.problem.contextPosition?.line ?? context.position.line
        guard
            let number = [start, context.contentLine(above: start), context.position.line]
                .compactMap(\.self).first(where: { looksPasted(context.source.lineText($0)) })
        else { return nil }
        let text = context.source.lineText(number).trimmed
        let isConflict = ["<<<<<<<", "=======", ">>>>>>>"].contains { text.hasPrefix($0) }
        return SyntaxCause(
            position: context.start(ofLine: number),
            text: isConflict
                ? "this is the marker of a merge conflict; resolve it"
                : "'\(text.clipped)' looks pasted by accident; remove the line"
        )
    }

    private static func looksPasted(_ line: String) -> Bool {
        let markers = [
            "<<<<<<<", "=======", ">>>>>>>", "~", "-e ", "git ", "$ ", "```", "@@ ", "+++ ",
        ]
        return markers.contains { line.hasPrefix($0) } || line.trimmed == "~"
    }

    /// Finds a line of a script that is not indented enough to belong to the `|` block above.
    static func blockEnd(_ context: SyntaxContext) -> SyntaxCause? {
        let start = min(context.problem.contextPosition?.line ?? .max, context.position.line)
        let lines = start...max(start, context.position.line)
        let blocks = BlockScalar.all(in: context.source)
        for number in lines where context.isContent(number) {
            guard let block = blocks.last(where: { $0.end == number - 1 }) else { continue }
            let text = context.source.lineText(number).trimmed
            guard !text.hasPrefix("- "), !isKey(text) else { continue }
            return SyntaxCause(
                position: context.start(ofLine: number),
                text:
                    "the block that begins on line \(block.header) ends above this line; indent it by"
                    + " \(context.bodyIndent(of: block)) spaces if it belongs to it"
            )
        }
        return nil
    }

    private static func isKey(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        let tail = text[text.index(after: colon)...]
        return text[..<colon].isPlainKey && (tail.isEmpty || tail.hasPrefix(" "))
    }

    /// Finds a colon and a space in an unquoted command: `- curl -H "Content-Type: x"`.
    static func colonInCommand(_ context: SyntaxContext) -> SyntaxCause? {
        let isMapping = context.parserActivity == "while parsing a block mapping"
        guard context.problem.message.contains("mapping values") || isMapping,
            let value = context.value(onLine: context.position.line),
            value.start < context.position,
            context.line.trimmed.hasPrefix("- "), let colon = value.text.range(of: ": "),
            !value.text[..<colon.lowerBound].isPlainKey
        else { return nil }
        let offset = value.text[..<colon.lowerBound].unicodeScalars.count
        let position = SourcePosition(line: value.start.line, column: value.start.column + offset)
        return SyntaxCause(
            position: position,
            text: "the ': ' in column \(position.column) makes a mapping of this command; quote the"
                + " whole command or write it as a '|' block (quotes inside it do not help)"
        )
    }

    /// Finds a value with a colon before a space or at its end: `KEY: my: value`.
    static func colonInValue(_ context: SyntaxContext) -> SyntaxCause? {
        guard context.problem.message.contains("mapping values"), isKey(context.line.trimmed),
            let value = context.value(onLine: context.position.line),
            value.start < context.position,
            value.text.range(of: ": ") != nil || value.text.trimmed.hasSuffix(":")
        else { return nil }
        return SyntaxCause(
            position: value.start,
            text:
                "this value contains a ':' before a space or at its end, which makes it a mapping;"
                + " quote the value"
        )
    }

    /// Finds a key that is indented under a plain value: `phases:` under `version: 0.2`.
    static func underPlainValue(_ context: SyntaxContext) -> SyntaxCause? {
        guard context.problem.message.contains("mapping values"),
            let above = context.contentLine(above: context.position.line)
        else { return nil }
        let indent = context.source.indent(ofLine: context.position.line)
        let aboveText = context.source.lineText(above).trimmed
        guard indent > context.source.indent(ofLine: above), isKey(context.line.trimmed),
            !aboveText.hasSuffix(":")
        else { return nil }
        return SyntaxCause(
            position: context.start(ofLine: context.position.line),
            text: "this line is indented under '\(aboveText.clipped)' on line \(above), which has a"
                + " value already; indent it by \(context.source.indent(ofLine: above)) spaces"
        )
    }

    /// Finds a line that is neither a key nor an item.
    static func strayLine(_ context: SyntaxContext) -> SyntaxCause? {
        guard context.parserActivity == "while scanning a simple key",
            let number = context.problem.contextPosition?.line, context.isContent(number)
        else { return nil }
        let text = context.source.lineText(number).trimmed
        guard !text.hasPrefix("-"), !isKey(text) else { return nil }
        return SyntaxCause(
            position: context.start(ofLine: number),
            text:
                "this line is neither a key ('name: …') nor an item ('- …'); remove it, or write the"
                + " command that it belongs to as a '|' block"
        )
    }

    /// Finds a key in the column of a list's items.
    static func keyAmongItems(_ context: SyntaxContext) -> SyntaxCause? {
        guard context.parserActivity == "while parsing a block collection",
            isKey(context.line.trimmed),
            context.start(ofLine: context.position.line) == context.position,
            let list = context.problem.contextPosition
        else { return nil }
        return SyntaxCause(
            position: context.position,
            text:
                "'\(context.line.trimmed.clipped)' is in the column of the list's items (from line"
                + " \(list.line)); indent it like the key it goes with"
        )
    }

    /// Finds a list item in the column of keys, or in a column of no other item.
    static func itemAmongKeys(_ context: SyntaxContext) -> SyntaxCause? {
        let number = context.position.line
        guard context.parserActivity == "while parsing a block mapping",
            context.line.trimmed.hasPrefix("- ")
        else { return nil }
        let indent = context.source.indent(ofLine: number)
        let sibling = stride(from: number - 1, to: 0, by: -1).first {
            context.isContent($0) && context.source.lineText($0).trimmed.hasPrefix("- ")
        }
        let remedy = sibling.map {
            "the items above (line \($0)) are indented by \(context.source.indent(ofLine: $0)) spaces,"
                + " this one by \(indent)"
        }
        return SyntaxCause(
            position: context.start(ofLine: number),
            text: remedy
                ?? "there is a list item where a key is expected; a '- ' is missing above, or"
                + " the key of the list"
        )
    }

    /// Finds a line that is one column off from its siblings.
    static func offColumn(_ context: SyntaxContext) -> SyntaxCause? {
        let indent = context.source.indent(ofLine: context.position.line)
        guard context.start(ofLine: context.position.line) == context.position,
            context.problem.message.hasPrefix("did not find expected"),
            let start = context.problem.contextPosition, start.column - 1 != indent
        else { return nil }
        let neighbour = stride(from: context.position.line - 1, to: 0, by: -1).first {
            context.isContent($0) && abs(context.source.indent(ofLine: $0) - indent) == 1
        }
        let sibling = neighbour ?? start.line
        let wanted = neighbour.map { context.source.indent(ofLine: $0) } ?? (start.column - 1)
        let spaces = indent == 1 ? "1 space" : "\(indent) spaces"
        return SyntaxCause(
            position: context.position,
            text: "this line is indented by \(spaces), its siblings (line \(sibling)) by \(wanted)"
        )
    }
}
