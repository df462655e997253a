extension SourceText {
    /// Returns the range of the first escape for NUL in a text in double quotes, such as `\0` or
    /// `\x00`.
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
