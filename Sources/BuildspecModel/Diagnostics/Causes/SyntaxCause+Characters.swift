extension SyntaxCause {
    /// A tab where only spaces may be.
    static func tab(_ scene: SyntaxContext) -> SyntaxCause? {
        let isTab = scene.source.scalar(at: scene.position) == "\t"
        let line = scene.source.line(scene.position.line)
        let blanks = line.prefix { $0 == " " || $0 == "\t" }
        guard scene.problem.problem.contains("tab") || isTab || blanks.contains("\t") else {
            return nil
        }
        let column = blanks.firstIndex(of: "\t").map { $0 - line.startIndex + 1 }
        let position = SourcePosition(
            line: scene.position.line,
            column: column ?? scene.position.column
        )
        return SyntaxCause(
            position: position,
            text: "there is a tab in column \(position.column); indent with spaces only"
        )
    }

    /// A no-break space, as it comes with text copied from a web page.
    static func unbreakableSpace(_ scene: SyntaxContext) -> SyntaxCause? {
        let lines = [scene.position.line, scene.contentLine(above: scene.position.line)]
        for number in lines.compactMap(\.self) {
            let line = Array(scene.source.line(number))
            guard let index = line.firstIndex(where: { $0 == "\u{A0}" || $0 == "\u{3000}" }) else {
                continue
            }
            return SyntaxCause(
                position: SourcePosition(line: number, column: index + 1),
                text: "the space in column \(index + 1) is not an ordinary one (a no-break space,"
                    + " perhaps from a web page); type it anew"
            )
        }
        return nil
    }

    /// A text that begins with a character that means something to YAML.
    static func eatenStart(_ scene: SyntaxContext) -> SyntaxCause? {
        eatenStart(scene, onLine: scene.position.line)
    }

    /// The same for another line than the one where libyaml noticed.
    static func eatenStart(_ scene: SyntaxContext, onLine number: Int) -> SyntaxCause? {
        guard let value = scene.value(onLine: number),
            value.start <= scene.position, let first = value.text.first
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
            guard !rest.trimmed.isEmpty, scene.problem.problem.contains("comment or line break")
            else {
                return nil
            }
            meaning = "a block"
        case "@", "`", "%":
            guard value.start == scene.position else { return nil }
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

    /// A file whose line breaks were lost on the way.
    static func lostLineBreaks(_ scene: SyntaxContext) -> SyntaxCause? {
        let line = scene.line
        guard scene.source.lineCount <= 2, line.contains("version:"), line.contains("phases:")
        else {
            return nil
        }
        return SyntaxCause(
            position: SourcePosition(line: 1, column: 1),
            text: "the whole buildspec is on one line; its line breaks were lost, or stand there as"
                + " '\\n'"
        )
    }

    /// `KEY:value`, `version 0.1` or `NAME = value`: no colon followed by a space.
    static func missingSpace(_ scene: SyntaxContext) -> SyntaxCause? {
        guard
            scene.problem.problem.contains("':'")
                || scene.problem.problem.contains("mapping values")
        else { return nil }
        let slip = scene.problem.contextPosition?.line ?? scene.position.line
        let lines =
            [slip, scene.contentLine(above: slip)] + [scene.contentLine(above: scene.position.line)]
        for number in lines.compactMap(\.self) where number <= scene.position.line {
            if let cause = missingSpace(onLine: number, scene) { return cause }
        }
        return nil
    }

    private static func missingSpace(onLine number: Int, _ scene: SyntaxContext) -> SyntaxCause? {
        let text = scene.source.lineText(number).trimmed
        let start = scene.start(ofLine: number)
        if let colon = text.firstIndex(of: ":"), text[..<colon].isPlainKey {
            let tail = text[text.index(after: colon)...]
            guard let next = tail.first, next != " ", !tail.hasPrefix("//"), !tail.contains(": ")
            else {
                return nil
            }
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
        let isKey = KeyTable.places.contains { $0.row.name == words[0] }
        guard isKey, words[1].count <= 20 else { return nil }
        return SyntaxCause(
            position: start,
            text:
                "a ':' is missing after '\(words[0])'; write '\(words[0]): \(String(words[1]).clipped)'"
        )
    }
}
