/// One command of the buildspec, with how it is written and where.
struct CommandSite {
    /// The phase it belongs to.
    var phase: PhaseName
    /// The command's text.
    var text: String
    /// How the text is written in YAML.
    var style: Scalar.Style
    /// Where it stands.
    var range: SourceRange
    /// The lines of the file that it stands on, from its first character on; not for aliases.
    var rawLines: [String]
    /// Whether it is the last of its list.
    var isLast: Bool
    /// The text of the file.
    var source: SourceText

    /// Whether YAML joined several lines of the file to one.
    var isFolded: Bool { rawLines.count > 1 && style != .literal }

    /// The text for a message, without the line ends of a block.
    var shown: String {
        String(text.reversed().drop(while: \.isWhitespace).reversed()).clipped
    }

    /// Where each character of the text stands; `nil` for aliases.
    var places: ScalarPositions? {
        guard !rawLines.isEmpty else { return nil }
        return ScalarPositions(of: text, style: style, range: range, in: source)
    }

    /// The lines of the file, counted from 0 at the command's first, whose break became a space.
    ///
    /// In a folded block a break stays where one of its two lines is indented more, and in every
    /// style where a blank line follows.
    var joinedLines: [Int] {
        guard isFolded, let places else { return [] }
        return places.joinedLines.map { $0 - range.start.line }.sorted()
    }

    /// How far a line of the file, counted from 0 at the command's first, is indented; the first
    /// one's text begins behind its `- `.
    func indent(ofRawLine index: Int) -> Int {
        index == 0
            ? range.start.column - 1 : source.indent(ofLine: range.start.line + index)
    }

    /// The place of a part of the text, or the whole command where it is not known.
    func range(ofPart part: Range<Int>) -> SourceRange {
        places?.range(part) ?? range
    }

    /// The place of a line of the text, counted from 0, as exactly as the style allows.
    func range(ofTextLine index: Int) -> SourceRange {
        guard style == .literal, index > 0 || rawLines.count > 1 else { return range }
        let line = range.start.line + 1 + index
        guard index + 1 < rawLines.count else { return range }
        let indent = rawLines[index + 1].prefix { $0 == " " }.count
        let start = SourcePosition(line: line, column: indent + 1)
        return SourceRange(start: start, end: start)
    }

    /// The place of a line of the file, counted from 0 at the command's first.
    func range(ofRawLine index: Int) -> SourceRange {
        guard index > 0, index < rawLines.count else { return range }
        let blanks = rawLines[index].prefix { $0 == " " || $0 == "\t" }.count
        let start = SourcePosition(line: range.start.line + index, column: blanks + 1)
        return SourceRange(start: start, end: start)
    }
}

extension CommandSite {
    /// All commands of a buildspec's tree that are texts.
    static func all(in root: Node, _ source: SourceText) -> [CommandSite] {
        guard let phases = root.mapping?["phases"]?.mapping else { return [] }
        return phases.pairs.flatMap { pair -> [CommandSite] in
            guard let phase = PhaseName(rawValue: pair.name), let keys = pair.value.mapping else {
                return []
            }
            return ["commands", "finally"].flatMap { sites(keys[$0], phase, source) }
        }
    }

    private static func sites(
        _ node: Node?,
        _ phase: PhaseName,
        _ source: SourceText
    ) -> [CommandSite] {
        guard let node else { return [] }
        let items = node.items ?? (node.scalar == nil ? [] : [node])
        return items.enumerated().compactMap { index, item in
            guard let scalar = item.scalar, !scalar.isNull else { return nil }
            let raw =
                item.isAlias
                ? []
                : source.text(in: item.range).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                ).map(String.init)
            return CommandSite(
                phase: phase,
                text: scalar.text,
                style: scalar.style,
                range: item.range,
                rawLines: raw,
                isLast: index == items.count - 1,
                source: source
            )
        }
    }
}
