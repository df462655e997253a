/// The text of a buildspec by lines, without a byte order mark.
///
/// Lines end at LF, CR, CR LF, NEL, and the Unicode line and paragraph separators, like libyaml's
/// lines, so that libyaml's line numbers can be used.
public struct SourceText: Sendable {
    /// The scalars of the text without a byte order mark.
    let scalars: [Unicode.Scalar]
    private let lineStarts: [Int]
    private let lineEnds: [Int]

    /// Decodes the bytes of a file: UTF-8, or UTF-16 with a byte order mark.
    ///
    /// Invalid bytes become U+FFFD.
    public init(_ bytes: [UInt8]) {
        scalars = SourceText.decode(bytes)
        (lineStarts, lineEnds) = SourceText.lines(in: scalars)
    }

    /// The number of lines; a final line break begins a last, empty line.
    public var lineCount: Int { lineStarts.count }

    /// Returns the scalars of a line, counted from 1, without its line break; empty outside the text.
    func line(_ number: Int) -> ArraySlice<Unicode.Scalar> {
        guard number >= 1, number <= lineStarts.count else { return [] }
        return scalars[lineStarts[number - 1]..<lineEnds[number - 1]]
    }

    func lineText(_ number: Int) -> String { String(line(number)) }

    /// Returns the scalar at a position, or `nil` at the end of a line and outside the text.
    func scalar(at position: SourcePosition) -> Unicode.Scalar? {
        let line = line(position.line)
        let index = line.startIndex + position.column - 1
        return line.indices.contains(index) ? line[index] : nil
    }

    /// Returns the position, or the end of the text for a position after the end.
    ///
    /// libyaml counts the end of a text without a final line break as a separate line.
    func clamped(_ position: SourcePosition) -> SourcePosition {
        min(position, SourcePosition(line: lineCount, column: line(lineCount).count + 1))
    }

    /// Returns the number of spaces at the start of a line.
    func indent(ofLine number: Int) -> Int { line(number).prefix { $0 == " " }.count }

    /// Returns the text of a range; line breaks in the range become LF.
    func text(in range: SourceRange) -> String {
        guard range.start < range.end else { return "" }
        var lines: [String] = []
        for number in range.start.line...max(range.start.line, min(range.end.line, lineCount)) {
            var line = line(number)
            if number == range.end.line { line = line.prefix(max(0, range.end.column - 1)) }
            if number == range.start.line { line = line.dropFirst(range.start.column - 1) }
            lines.append(String(line))
        }
        return lines.joined(separator: "\n")
    }

    /// Returns the position of the scalar at a byte offset in the original bytes.
    static func position(ofByte offset: Int, in bytes: [UInt8]) -> SourcePosition {
        let before = SourceText(Array(bytes.prefix(max(0, offset))))
        let last = before.lineCount
        return SourcePosition(line: last, column: before.line(last).count + 1)
    }

    private static func decode(_ bytes: [UInt8]) -> [Unicode.Scalar] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return Array(String(decoding: bytes.dropFirst(3), as: UTF8.self).unicodeScalars)
        }
        if bytes.starts(with: [0xFF, 0xFE]) { return decodeUTF16(bytes, highByte: 1) }
        if bytes.starts(with: [0xFE, 0xFF]) { return decodeUTF16(bytes, highByte: 0) }
        return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    private static func decodeUTF16(_ bytes: [UInt8], highByte: Int) -> [Unicode.Scalar] {
        let units = stride(from: 2, to: bytes.count - 1, by: 2)
            .map { UInt16(bytes[$0 + highByte]) << 8 | UInt16(bytes[$0 + 1 - highByte]) }
        return Array(String(decoding: units, as: UTF16.self).unicodeScalars)
    }

    private static func lines(in scalars: [Unicode.Scalar]) -> (starts: [Int], ends: [Int]) {
        var starts = [0]
        var ends: [Int] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard isBreak(scalar) else { continue }
            ends.append(index - 1)
            if scalar == "\r", index < scalars.count, scalars[index] == "\n" { index += 1 }
            starts.append(index)
        }
        ends.append(scalars.count)
        return (starts, ends)
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}

extension String {
    /// Creates a text from scalars.
    init(_ scalars: ArraySlice<Unicode.Scalar>) {
        self.init(String.UnicodeScalarView(scalars))
    }
}
