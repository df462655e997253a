/// A `|` or `>` block that a simple scan of the lines finds, also in text that is not YAML.
struct BlockScalar: Equatable {
    /// The line that ends with `|` or `>`.
    var header: Int
    /// The last line of the block's body.
    var end: Int

    /// Finds the block that begins on a line; `nil` if none begins there.
    init?(in source: SourceText, header: Int) {
        let line = source.lineText(header).trimmed
        guard let last = line.split(separator: " ").last, let sign = last.first,
            sign == "|" || sign == ">",
            last.dropFirst().allSatisfy({ "+-0123456789".contains($0) }),
            line.hasPrefix("- ") || line.contains(": ")
        else { return nil }
        let indent = source.indent(ofLine: header)
        self.header = header
        end = header
        while end < source.lineCount {
            let isBlank = source.lineText(end + 1).trimmed.isEmpty
            guard isBlank || source.indent(ofLine: end + 1) > indent else { break }
            end += 1
        }
    }

    static func all(in source: SourceText) -> [BlockScalar] {
        var blocks: [BlockScalar] = []
        var number = 1
        while number <= source.lineCount {
            if let block = BlockScalar(in: source, header: number) {
                blocks.append(block)
                number = block.end
            }
            number += 1
        }
        return blocks
    }
}

/// A quoted scalar that is found by a simple scan of the lines, also in text that is not valid YAML.
struct QuotedScalar: Equatable {
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
            if let start = opening(in: source, line: number) {
                let quoted = QuotedScalar(start: start, end: closing(in: source, from: start))
                result.append(quoted)
                number = quoted.end.line
            }
            number += 1
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
