/// The position in the file of each character of a scalar's text.
///
/// The scalar is read a second time by YAML's rules. The result is compared with libyaml's text, so
/// that wrong positions are impossible: if the texts differ, there are no positions.
///
/// Source: YAML 1.1, "Scalar Styles"; libyaml's `scanner.c` for what is folded.
struct ScalarPositions {
    /// The position of each Unicode scalar of the text, and of the end after the last one.
    private(set) var positions: [SourcePosition] = []
    /// The lines of the file whose line break became a space.
    private(set) var joinedLines: Set<Int> = []

    private var text: [Unicode.Scalar] = []

    init?(of text: String, style: Scalar.Style, range: SourceRange, in source: SourceText) {
        let wanted = Array(text.unicodeScalars)
        switch style {
        case .plain, .singleQuoted, .doubleQuoted:
            var reader = FlowScalarReader(source, range, style)
            reader.read(into: &self)
            guard self.text == wanted else { return nil }
        case .literal, .folded:
            guard let block = BlockScalarReader(source, range, style) else { return nil }
            var fits = false
            for indent in block.indents where !fits {
                self = ScalarPositions()
                block.read(into: &self, indent: indent)
                fits = self.text == wanted
            }
            guard fits else { return nil }
        }
        positions.append(positions.isEmpty ? range.start : range.end)
        if let last = positions.dropLast().last, style == .literal || style == .folded {
            let end = SourcePosition(line: last.line, column: last.column + 1)
            positions[positions.count - 1] = end
        }
    }

    fileprivate init() {}

    func range(_ part: Range<Int>) -> SourceRange {
        let start = positions[min(max(0, part.lowerBound), positions.count - 1)]
        guard part.upperBound > part.lowerBound else { return SourceRange(at: start) }
        let last = positions[min(max(0, part.upperBound - 1), positions.count - 1)]
        let end = SourcePosition(line: last.line, column: last.column + 1)
        return SourceRange(start: start, end: max(start, end))
    }

    fileprivate mutating func add(_ scalar: Unicode.Scalar, at position: SourcePosition) {
        text.append(scalar)
        positions.append(position)
    }

    /// Adds the text between two lines: a space, or the line breaks that YAML keeps.
    fileprivate mutating func addBreaks(
        _ first: SourcePosition?,
        _ more: [SourcePosition],
        isFolded: Bool
    ) {
        if let first {
            if !isFolded {
                add("\n", at: first)
            } else if more.isEmpty {
                add(" ", at: first)
                joinedLines.insert(first.line)
            }
        }
        for position in more { add("\n", at: position) }
    }
}

/// A reader for `|` and `>` scalars.
private struct BlockScalarReader {
    private let source: SourceText
    private let range: SourceRange
    private let isFolded: Bool
    private let chomping: Unicode.Scalar?
    /// The possible indentations of the text, the likeliest first.
    let indents: [Int]

    init?(_ source: SourceText, _ range: SourceRange, _ style: Scalar.Style) {
        self.source = source
        self.range = range
        isFolded = style == .folded
        let header = source.line(range.start.line).dropFirst(range.start.column)
            .prefix { "+-123456789".unicodeScalars.contains($0) }
        chomping = header.first { $0 == "+" || $0 == "-" }
        if header.contains(where: { ("1"..."9").contains($0) }) {
            // The number counts from the indentation of the parent, which is unknown here.
            indents = Array(1...64)
        } else {
            let last = max(range.start.line, min(range.end.line, source.lineCount))
            let first = (range.start.line...last).dropFirst().first { number in
                source.line(number).contains { $0 != " " }
            }
            guard let first else { return nil }
            indents = [source.indent(ofLine: first)]
        }
    }

    func read(into positions: inout ScalarPositions, indent: Int) {
        var pending: SourcePosition?
        var blanks: [SourcePosition] = []
        var wasIndentedMore = false
        var number = range.start.line + 1
        while number <= source.lineCount, number < range.end.line || range.end.column > 1 {
            guard number <= range.end.line else { break }
            let line = source.line(number)
            let end = SourcePosition(line: number, column: line.count + 1)
            let blank = line.prefix { $0 == " " }.count
            guard blank < line.count || blank > indent else {
                if number < source.lineCount { blanks.append(end) }
                number += 1
                continue
            }
            guard blank >= indent else { break }
            let content = line.dropFirst(indent)
            let isIndentedMore = content.first == " " || content.first == "\t"
            positions.addBreaks(
                pending,
                blanks,
                isFolded: isFolded && !wasIndentedMore && !isIndentedMore
            )
            blanks = []
            wasIndentedMore = isIndentedMore
            for (offset, scalar) in content.enumerated() {
                positions.add(scalar, at: SourcePosition(line: number, column: indent + offset + 1))
            }
            pending = number < source.lineCount ? end : nil
            number += 1
        }
        if chomping != "-", let pending { positions.add("\n", at: pending) }
        if chomping == "+" { for position in blanks { positions.add("\n", at: position) } }
    }
}

/// A reader for plain and quoted scalars.
private struct FlowScalarReader {
    private let text: [(scalar: Unicode.Scalar, position: SourcePosition)]
    private let style: Scalar.Style
    private var index = 0

    init(_ source: SourceText, _ range: SourceRange, _ style: Scalar.Style) {
        self.style = style
        var text: [(Unicode.Scalar, SourcePosition)] = []
        let last = max(range.start.line, min(range.end.line, source.lineCount))
        for number in range.start.line...last {
            let line = source.line(number)
            for (offset, scalar) in line.enumerated() {
                let position = SourcePosition(line: number, column: offset + 1)
                if range.start <= position, position < range.end { text.append((scalar, position)) }
            }
            let end = SourcePosition(line: number, column: line.count + 1)
            if number < last { text.append(("\n", end)) }
        }
        self.text = text
    }

    mutating func read(into positions: inout ScalarPositions) {
        let quote: Unicode.Scalar? =
            style == .singleQuoted ? "'" : style == .doubleQuoted ? "\"" : nil
        if quote != nil { index = 1 }
        while index < text.count {
            let (scalar, position) = text[index]
            if scalar == quote {
                guard style == .singleQuoted, next == "'" else { return }
                positions.add("'", at: position)
                index += 2
            } else if style == .doubleQuoted, scalar == "\\" {
                readEscape(into: &positions)
            } else if scalar == " " || scalar == "\t" || scalar == "\n" {
                readSpace(into: &positions, isAfterBreak: false)
            } else {
                positions.add(scalar, at: position)
                index += 1
            }
        }
    }

    private var next: Unicode.Scalar? { index + 1 < text.count ? text[index + 1].scalar : nil }

    /// Reads blanks and line breaks between two words; blanks at the edges of a line are dropped.
    private mutating func readSpace(into positions: inout ScalarPositions, isAfterBreak: Bool) {
        var blanks: [(scalar: Unicode.Scalar, position: SourcePosition)] = []
        var first: SourcePosition?
        var more: [SourcePosition] = []
        while index < text.count {
            let (scalar, position) = text[index]
            if scalar == "\n" {
                if first == nil, !isAfterBreak { first = position } else { more.append(position) }
            } else if scalar == " " || scalar == "\t" {
                blanks.append((scalar, position))
            } else {
                break
            }
            index += 1
        }
        if first != nil || isAfterBreak {
            positions.addBreaks(first, more, isFolded: true)
        } else {
            for blank in blanks { positions.add(blank.scalar, at: blank.position) }
        }
    }

    private mutating func readEscape(into positions: inout ScalarPositions) {
        let position = text[index].position
        index += 1
        guard index < text.count else { return }
        let letter = text[index].scalar
        index += 1
        if letter == "\n" { return readSpace(into: &positions, isAfterBreak: true) }
        guard let count = ["x": 2, "u": 4, "U": 8][letter] else {
            return positions.add(FlowScalarReader.escapes[letter] ?? letter, at: position)
        }
        let digits = text[index..<min(index + count, text.count)].map(\.scalar)
        index += digits.count
        let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
        positions.add(value.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}", at: position)
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "\0", "a": "\u{07}", "b": "\u{08}", "t": "\t", "n": "\n", "v": "\u{0B}",
        "f": "\u{0C}", "r": "\r", "e": "\u{1B}", "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}",
        "P": "\u{2029}",
    ]
}
