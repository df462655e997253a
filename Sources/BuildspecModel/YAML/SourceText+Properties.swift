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

    /// Returns the range of the first escape for NUL in double quotes, such as `\0` or `\x00`.
    func nulEscape(in range: SourceRange) -> SourceRange? {
        for number in range.start.line...max(range.start.line, min(range.end.line, lineCount)) {
            let line = Array(line(number))
            let start = number == range.start.line ? range.start.column - 1 : 0
            let end = number == range.end.line ? min(range.end.column - 1, line.count) : line.count
            guard let found = SourceText.nulEscape(in: line, from: start, to: end) else { continue }
            return SourceRange(
                start: SourcePosition(line: number, column: found.lowerBound + 1),
                end: SourcePosition(line: number, column: found.upperBound + 1)
            )
        }
        return nil
    }

    private static func nulEscape(
        in line: [Unicode.Scalar],
        from start: Int,
        to end: Int
    ) -> Range<Int>? {
        let digits: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
        var index = start
        while index < end {
            guard line[index] == "\\", index + 1 < end else {
                index += 1
                continue
            }
            if line[index + 1] == "0" { return index..<index + 2 }
            let close = index + 2 + (digits[line[index + 1]] ?? 0)
            if close > index + 2, close <= end,
                line[index + 2..<close].allSatisfy({ $0 == "0" })
            {
                return index..<close
            }
            index += 2
        }
        return nil
    }
}
