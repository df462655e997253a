/// A quoted scalar that is found by a simple scan of the lines, also in text that is not valid YAML.
struct QuotedScalar: Equatable {
    /// The position of the opening quote.
    var start: SourcePosition
    /// The position after the closing quote.
    var end: SourcePosition

    /// Returns all quoted scalars at the start of an item or a value in block style.
    static func all(in source: SourceText) -> [QuotedScalar] {
        var result: [QuotedScalar] = []
        var number = 1
        while number <= source.lineCount {
            if let block = BlockScalar(in: source, header: number) {
                number = block.end + 1
                continue
            }
            guard let start = opening(in: source, line: number) else {
                number += 1
                continue
            }
            let quoted = QuotedScalar(start: start, end: closing(in: source, from: start))
            result.append(quoted)
            number = quoted.end.line + 1
        }
        return result
    }

    private static func opening(in source: SourceText, line number: Int) -> SourcePosition? {
        let line = Array(source.line(number))
        var column = line.prefix { $0 == " " }.count
        while column < line.count, line[column] == "-", column + 1 < line.count,
            line[column + 1] == " "
        {
            column += 1 + line.dropFirst(column + 1).prefix { $0 == " " }.count
        }
        let rest = String(line[column...])
        if let colon = rest.range(of: ": "), rest[..<colon.lowerBound].isPlainKey {
            let value = rest[colon.upperBound...].drop { $0 == " " }
            column += rest.unicodeScalars.count - value.unicodeScalars.count
        }
        guard column < line.count, line[column] == "\"" || line[column] == "'" else { return nil }
        return SourcePosition(line: number, column: column + 1)
    }

    private static func closing(in source: SourceText, from start: SourcePosition) -> SourcePosition
    {
        let quote = source.scalar(at: start) ?? "\""
        var number = start.line
        var column = start.column
        while number <= source.lineCount {
            let line = Array(source.line(number))
            while column < line.count {
                let isEscape = quote == "\"" && line[column] == "\\"
                let isDoubled = quote == "'" && column + 1 < line.count && line[column + 1] == quote
                if line[column] == quote, !isDoubled {
                    return SourcePosition(line: number, column: column + 2)
                }
                column += isEscape || (line[column] == quote && isDoubled) ? 2 : 1
            }
            number += 1
            column = 0
        }
        return SourcePosition(line: source.lineCount + 1, column: 1)
    }
}
