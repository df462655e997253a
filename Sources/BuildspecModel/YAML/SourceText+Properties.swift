extension SourceText {
    /// Returns the position of a node's text after its anchors (`&name`) and tags (`!name`).
    func skippingProperties(from start: SourcePosition) -> SourcePosition {
        var position = start
        while let scalar = scalar(at: position), scalar == "&" || scalar == "!" {
            let line = Array(line(position.line).dropFirst(position.column - 1))
            let word = line.prefix { $0 != " " && $0 != "\t" }.count
            let gap = line.dropFirst(word).prefix { $0 == " " || $0 == "\t" }.count
            guard word + gap < line.count, line[word + gap] != "#" else {
                return startOfNextContent(after: position.line) ?? start
            }
            position.column += word + gap
        }
        return position
    }

    /// Returns the anchor or tag at a position, or an empty text.
    func propertyText(at position: SourcePosition) -> String {
        let rest = line(position.line).dropFirst(position.column - 1)
        guard rest.first == "&" || rest.first == "!" else { return "" }
        return String(rest.prefix { $0 != " " && $0 != "\t" })
    }

    private func startOfNextContent(after number: Int) -> SourcePosition? {
        guard number < lineCount else { return nil }
        for next in (number + 1)...lineCount {
            let line = line(next)
            let indent = line.prefix { $0 == " " || $0 == "\t" }.count
            guard indent < line.count, line[line.startIndex + indent] != "#" else { continue }
            return SourcePosition(line: next, column: indent + 1)
        }
        return nil
    }
}
