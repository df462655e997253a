/// One command of the buildspec, with its YAML style and its position.
struct CommandSite {
    var phase: PhaseName
    var text: String
    var style: Scalar.Style
    var range: SourceRange
    /// The lines of the file, from the first character of the command; empty for an alias.
    var rawLines: [String]
    var isLast: Bool
    var source: SourceText

    /// Whether YAML joins several lines of the file into one.
    var isFolded: Bool { rawLines.count > 1 && style != .literal }

    /// The text for a message, without trailing line breaks.
    var displayText: String {
        String(text.reversed().drop(while: \.isWhitespace).reversed()).clipped
    }

    /// The position of each character of the text; `nil` for an alias.
    var positions: ScalarPositions? {
        guard !rawLines.isEmpty else { return nil }
        return ScalarPositions(of: text, style: style, range: range, in: source)
    }

    /// The lines whose line break YAML replaces by a space, counted from 0 at the first line.
    var joinedLines: [Int] {
        guard isFolded, let positions else { return [] }
        return positions.joinedLines.map { $0 - range.start.line }.sorted()
    }

    /// Returns the indentation of a line, counted from 0; that of the first line includes its `- `.
    func indent(ofRawLine index: Int) -> Int {
        index == 0 ? range.start.column - 1 : source.indent(ofLine: range.start.line + index)
    }

    /// Returns the range in the file of a part of the text, or of the whole command if it is unknown.
    func range(ofPart part: Range<Int>) -> SourceRange {
        positions?.range(part) ?? range
    }

    /// Returns the position of a line of the text, counted from 0, or the range of the whole command.
    func range(ofTextLine index: Int) -> SourceRange {
        guard style == .literal, index > 0 || rawLines.count > 1 else { return range }
        let line = range.start.line + 1 + index
        guard index + 1 < rawLines.count else { return range }
        let indent = rawLines[index + 1].prefix { $0 == " " }.count
        return SourceRange(at: SourcePosition(line: line, column: indent + 1))
    }

    /// Returns the position of a line of the file, counted from 0 at the first line of the command.
    func range(ofRawLine index: Int) -> SourceRange {
        guard index > 0, index < rawLines.count else { return range }
        let blanks = rawLines[index].prefix { $0 == " " || $0 == "\t" }.count
        return SourceRange(at: SourcePosition(line: range.start.line + index, column: blanks + 1))
    }
}

extension CommandSite {
    /// Returns all commands in a buildspec's tree that are texts.
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
        let items = node?.items ?? [node].compactMap(\.self)
        return items.enumerated().compactMap { index, item in
            guard let scalar = item.scalar, !scalar.isNull else { return nil }
            let lines = source.text(in: item.range)
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return CommandSite(
                phase: phase,
                text: scalar.text,
                style: scalar.style,
                range: item.range,
                rawLines: item.isAlias ? [] : lines,
                isLast: index == items.count - 1,
                source: source
            )
        }
    }
}
