extension SyntaxCause {
    /// A line that belongs to nothing: an editor's `~`, a shell command, a merge conflict.
    static func pasted(_ scene: SyntaxContext) -> SyntaxCause? {
        let slip = scene.problem.contextPosition?.line ?? scene.position.line
        guard
            let number = [slip, scene.contentLine(above: slip), scene.position.line]
                .compactMap(\.self).first(where: { looksPasted(scene.source.lineText($0)) })
        else { return nil }
        let text = scene.source.lineText(number).trimmed
        let isConflict = ["<<<<<<<", "=======", ">>>>>>>"].contains { text.hasPrefix($0) }
        return SyntaxCause(
            position: scene.start(ofLine: number),
            text: isConflict
                ? "this is the mark of a merge conflict; resolve it"
                : "'\(text.clipped)' looks pasted by accident; remove the line"
        )
    }

    private static func looksPasted(_ line: String) -> Bool {
        let marks = [
            "<<<<<<<", "=======", ">>>>>>>", "~", "-e ", "git ", "$ ", "```", "@@ ", "+++ ",
        ]
        return marks.contains { line.hasPrefix($0) } || line.trimmed == "~"
    }

    /// A line of a script that is not indented enough to belong to the `|` block above it.
    static func blockEnd(_ scene: SyntaxContext) -> SyntaxCause? {
        let slip = min(scene.problem.contextPosition?.line ?? .max, scene.position.line)
        let lines = slip...max(slip, scene.position.line)
        let blocks = BlockScalar.all(in: scene.source)
        for number in lines where scene.isContent(number) {
            guard let block = blocks.last(where: { $0.end == number - 1 }) else { continue }
            let text = scene.source.lineText(number).trimmed
            guard !text.hasPrefix("- "), !isKey(text) else { continue }
            return SyntaxCause(
                position: scene.start(ofLine: number),
                text:
                    "the block that begins on line \(block.header) ends above this line; indent it by"
                    + " \(scene.bodyIndent(of: block)) spaces if it belongs to it"
            )
        }
        return nil
    }

    private static func isKey(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        let tail = text[text.index(after: colon)...]
        return text[..<colon].isPlainKey && (tail.isEmpty || tail.hasPrefix(" "))
    }

    /// `- curl -H "Content-Type: x"`: colon and space in a text without quotes around it.
    static func colonInCommand(_ scene: SyntaxContext) -> SyntaxCause? {
        let isMapping = scene.context == "while parsing a block mapping"
        guard scene.problem.problem.contains("mapping values") || isMapping,
            let value = scene.value(onLine: scene.position.line), value.start < scene.position,
            scene.line.trimmed.hasPrefix("- "), let colon = value.text.range(of: ": "),
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

    /// `KEY: my: value`, or a value that ends with a colon.
    static func colonInValue(_ scene: SyntaxContext) -> SyntaxCause? {
        guard scene.problem.problem.contains("mapping values"), isKey(scene.line.trimmed),
            let value = scene.value(onLine: scene.position.line), value.start < scene.position,
            value.text.range(of: ": ") != nil || value.text.trimmed.hasSuffix(":")
        else { return nil }
        return SyntaxCause(
            position: value.start,
            text:
                "this value holds a ':' before a space or at its end, which makes a mapping of it;"
                + " quote the value"
        )
    }

    /// `version: 0.2` with an indented `phases:` under it.
    static func underPlainValue(_ scene: SyntaxContext) -> SyntaxCause? {
        guard scene.problem.problem.contains("mapping values"),
            let above = scene.contentLine(above: scene.position.line)
        else { return nil }
        let indent = scene.source.indent(ofLine: scene.position.line)
        let aboveText = scene.source.lineText(above).trimmed
        guard indent > scene.source.indent(ofLine: above), isKey(scene.line.trimmed),
            !aboveText.hasSuffix(":")
        else { return nil }
        return SyntaxCause(
            position: scene.start(ofLine: scene.position.line),
            text: "this line is indented under '\(aboveText.clipped)' on line \(above), which has a"
                + " value already; indent it by \(scene.source.indent(ofLine: above)) spaces"
        )
    }

    /// A line that is neither a key nor an item.
    static func stray(_ scene: SyntaxContext) -> SyntaxCause? {
        guard scene.context == "while scanning a simple key",
            let number = scene.problem.contextPosition?.line, scene.isContent(number)
        else { return nil }
        let text = scene.source.lineText(number).trimmed
        guard !text.hasPrefix("-"), !isKey(text) else { return nil }
        return SyntaxCause(
            position: scene.start(ofLine: number),
            text:
                "this line is neither a key ('name: …') nor an item ('- …'); remove it, or write the"
                + " command that it belongs to as a '|' block"
        )
    }

    /// A key in the column of a list's items.
    static func keyAmongItems(_ scene: SyntaxContext) -> SyntaxCause? {
        guard scene.context == "while parsing a block collection", isKey(scene.line.trimmed),
            scene.start(ofLine: scene.position.line) == scene.position,
            let list = scene.problem.contextPosition
        else { return nil }
        return SyntaxCause(
            position: scene.position,
            text:
                "'\(scene.line.trimmed.clipped)' stands in the column of the list's items (from line"
                + " \(list.line)); indent it like the key it goes with"
        )
    }

    /// An item in the column of keys, or between columns.
    static func itemAmongKeys(_ scene: SyntaxContext) -> SyntaxCause? {
        let number = scene.position.line
        guard scene.context == "while parsing a block mapping", scene.line.trimmed.hasPrefix("- ")
        else {
            return nil
        }
        let indent = scene.source.indent(ofLine: number)
        let sibling = stride(from: number - 1, to: 0, by: -1).first {
            scene.isContent($0) && scene.source.lineText($0).trimmed.hasPrefix("- ")
        }
        let remedy = sibling.map {
            "the items above (line \($0)) are indented by \(scene.source.indent(ofLine: $0)) spaces,"
                + " this one by \(indent)"
        }
        return SyntaxCause(
            position: scene.start(ofLine: number),
            text: remedy
                ?? "a list item stands where a key is expected; a '- ' is missing above, or"
                + " the key of the list"
        )
    }

    /// A line one column beside its siblings.
    static func offColumn(_ scene: SyntaxContext) -> SyntaxCause? {
        let indent = scene.source.indent(ofLine: scene.position.line)
        guard scene.start(ofLine: scene.position.line) == scene.position,
            scene.problem.problem.hasPrefix("did not find expected"),
            let start = scene.problem.contextPosition, start.column - 1 != indent
        else { return nil }
        let near = stride(from: scene.position.line - 1, to: 0, by: -1).first {
            scene.isContent($0) && abs(scene.source.indent(ofLine: $0) - indent) == 1
        }
        let sibling = near ?? start.line
        let wanted = near.map { scene.source.indent(ofLine: $0) } ?? (start.column - 1)
        return SyntaxCause(
            position: scene.position,
            text: "this line is indented by \(indent.spaces), its siblings (line \(sibling)) by"
                + " \(wanted)"
        )
    }
}

extension Int {
    /// The number with 'space' or 'spaces' behind it.
    fileprivate var spaces: String { self == 1 ? "1 space" : "\(self) spaces" }
}
