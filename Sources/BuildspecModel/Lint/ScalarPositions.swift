/// Where in the file each character of a scalar's text stands.
///
/// It reads the scalar a second time by YAML's rules and holds the result against the text that
/// libyaml gave, so that it can say nothing wrong: where the two differ there are no places.
///
/// Source: YAML 1.1, "Scalar Styles"; libyaml's `scanner.c` for what is folded.
struct ScalarPositions {
    /// The place of each Unicode scalar of the text, and of the end behind the last one.
    private(set) var places: [SourcePosition] = []
    /// Lines of the file whose break became a space.
    private(set) var joinedLines: Set<Int> = []

    private var text: [Unicode.Scalar] = []

    /// Finds the places; `nil` when they are not known, as for an alias.
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
        places.append(places.isEmpty ? range.start : range.end)
        if let last = places.dropLast().last, style == .literal || style == .folded {
            places[places.count - 1] = SourcePosition(line: last.line, column: last.column + 1)
        }
    }

    fileprivate init() {}

    /// The range of a part of the text.
    func range(_ part: Range<Int>) -> SourceRange {
        let start = places[min(max(0, part.lowerBound), places.count - 1)]
        guard part.upperBound > part.lowerBound else {
            return SourceRange(start: start, end: start)
        }
        let last = places[min(max(0, part.upperBound - 1), places.count - 1)]
        let end = SourcePosition(line: last.line, column: last.column + 1)
        return SourceRange(start: start, end: max(start, end))
    }

    fileprivate mutating func add(_ scalar: Unicode.Scalar, at place: SourcePosition) {
        text.append(scalar)
        places.append(place)
    }

    /// Adds what stands between two lines: a space, or the breaks that are kept.
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
        for place in more { add("\n", at: place) }
    }
}

/// Reads `|` and `>` scalars.
private struct BlockScalarReader {
    private let source: SourceText
    private let range: SourceRange
    private let isFolded: Bool
    private let chomping: Unicode.Scalar?
    /// How far the text may be indented, the likeliest first.
    let indents: [Int]

    init?(_ source: SourceText, _ range: SourceRange, _ style: Scalar.Style) {
        self.source = source
        self.range = range
        isFolded = style == .folded
        let header = source.line(range.start.line).dropFirst(range.start.column)
            .prefix { "+-123456789".unicodeScalars.contains($0) }
        chomping = header.first { $0 == "+" || $0 == "-" }
        if header.contains(where: { ("1"..."9").contains($0) }) {
            // Counted from the parent's indentation, which is not known here.
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

    func read(into places: inout ScalarPositions, indent: Int) {
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
            places.addBreaks(
                pending,
                blanks,
                isFolded: isFolded && !wasIndentedMore && !isIndentedMore
            )
            blanks = []
            wasIndentedMore = isIndentedMore
            for (offset, scalar) in content.enumerated() {
                places.add(scalar, at: SourcePosition(line: number, column: indent + offset + 1))
            }
            pending = number < source.lineCount ? end : nil
            number += 1
        }
        if chomping != "-", let pending { places.add("\n", at: pending) }
        if chomping == "+" { for place in blanks { places.add("\n", at: place) } }
    }
}

/// Reads plain scalars and those in quotes.
private struct FlowScalarReader {
    private let text: [(scalar: Unicode.Scalar, place: SourcePosition)]
    private let style: Scalar.Style
    private var index = 0

    init(_ source: SourceText, _ range: SourceRange, _ style: Scalar.Style) {
        self.style = style
        var text: [(Unicode.Scalar, SourcePosition)] = []
        let last = max(range.start.line, min(range.end.line, source.lineCount))
        for number in range.start.line...last {
            let line = source.line(number)
            for (offset, scalar) in line.enumerated() {
                let place = SourcePosition(line: number, column: offset + 1)
                if range.start <= place, place < range.end { text.append((scalar, place)) }
            }
            let end = SourcePosition(line: number, column: line.count + 1)
            if number < last { text.append(("\n", end)) }
        }
        self.text = text
    }

    mutating func read(into places: inout ScalarPositions) {
        let quote: Unicode.Scalar? =
            style == .singleQuoted ? "'" : style == .doubleQuoted ? "\"" : nil
        if quote != nil { index = 1 }
        while index < text.count {
            let (scalar, place) = text[index]
            if scalar == quote {
                guard style == .singleQuoted, next == "'" else { return }
                places.add("'", at: place)
                index += 2
            } else if style == .doubleQuoted, scalar == "\\" {
                readEscape(into: &places)
            } else if scalar == " " || scalar == "\t" || scalar == "\n" {
                readSpace(into: &places, isBehindBreak: false)
            } else {
                places.add(scalar, at: place)
                index += 1
            }
        }
    }

    private var next: Unicode.Scalar? { index + 1 < text.count ? text[index + 1].scalar : nil }

    /// Blanks and breaks between two words: blanks at a line's edges are no part of the text.
    private mutating func readSpace(into places: inout ScalarPositions, isBehindBreak: Bool) {
        var blanks: [(scalar: Unicode.Scalar, place: SourcePosition)] = []
        var first: SourcePosition?
        var more: [SourcePosition] = []
        while index < text.count {
            let (scalar, place) = text[index]
            if scalar == "\n" {
                if first == nil, !isBehindBreak { first = place } else { more.append(place) }
            } else if scalar == " " || scalar == "\t" {
                blanks.append((scalar, place))
            } else {
                break
            }
            index += 1
        }
        if first != nil || isBehindBreak {
            places.addBreaks(first, more, isFolded: true)
        } else {
            for blank in blanks { places.add(blank.scalar, at: blank.place) }
        }
    }

    private mutating func readEscape(into places: inout ScalarPositions) {
        let place = text[index].place
        index += 1
        guard index < text.count else { return }
        let letter = text[index].scalar
        index += 1
        if letter == "\n" { return readSpace(into: &places, isBehindBreak: true) }
        guard let count = ["x": 2, "u": 4, "U": 8][letter] else {
            return places.add(FlowScalarReader.escapes[letter] ?? letter, at: place)
        }
        let digits = text[index..<min(index + count, text.count)].map(\.scalar)
        index += digits.count
        let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
        places.add(value.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}", at: place)
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "\0", "a": "\u{07}", "b": "\u{08}", "t": "\t", "n": "\n", "v": "\u{0B}",
        "f": "\u{0C}", "r": "\r", "e": "\u{1B}", "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}",
        "P": "\u{2029}",
    ]
}
