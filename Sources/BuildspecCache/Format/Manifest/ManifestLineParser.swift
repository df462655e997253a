internal import BuildspecFiles

/// A parser of the space-separated fields of a manifest's lines.
///
/// Values are parsed in place, and most bytes are read once: a restore or save of a few changes
/// waits for tens of thousands of lines.
struct ManifestLineParser {
    private let text: [UInt8]
    private var position = 0
    private var end = 0
    /// The path of an earlier line, if nothing in it is escaped.
    private var lastPath = 0..<0

    /// Creates a parser of a line of a text that need not be trusted; `begin` selects another line.
    init(_ text: [UInt8], _ line: Range<Int> = 0..<0) {
        self.text = text
        begin(line)
    }

    /// Selects a line, without its newline.
    mutating func begin(_ line: Range<Int>) {
        position = line.lowerBound
        end = line.upperBound
    }

    var isAtEnd: Bool { position == end }

    /// Consumes a keyword, which may be the start of a field, if it comes next.
    @inline(__always)  // Then the keyword is compared as a number.
    mutating func skip(_ keyword: StaticString) -> Bool {
        guard end - position >= keyword.utf8CodeUnitCount,
            ManifestText.matches(text, at: position, keyword)
        else { return false }
        position += keyword.utf8CodeUnitCount
        return true
    }

    /// Consumes a whole field if it comes next.
    mutating func skip(field: StaticString) -> Bool {
        let start = position
        if skip(field), endField() { return true }
        position = start
        return false
    }

    /// Whether a line begins with a keyword.
    static func begins(_ text: [UInt8], _ line: Range<Int>, with keyword: StaticString) -> Bool {
        line.count >= keyword.utf8CodeUnitCount
            && ManifestText.matches(text, at: line.lowerBound, keyword)
    }

    /// Consumes a separator if it comes next.
    mutating func skip(separator: UInt8) -> Bool {
        guard position < end, text[position] == separator else { return false }
        position += 1
        return true
    }

    /// Goes to the next field; `false` if the current one has more bytes.
    mutating func endField() -> Bool { position == end || skip(separator: UInt8(ascii: " ")) }
}

// MARK: Values

/// Each method returns `nil` if something else comes next; then the line is not parsed further.
extension ManifestLineParser {
    /// Parses a path that stays below its start.
    mutating func path() -> PathBytes? {
        let isRelative = skip("./")
        let start = position
        // The root of absolute paths has no name.
        guard isRelative || skip(separator: pathSeparator) else { return nil }
        guard let path = plainPath(from: start) ?? escapedPath(from: start),
            (path.first == pathSeparator) != isRelative
        else { return nil }
        return PathBytes(path)
    }

    /// Parses a path in which nothing is escaped; `nil`, with nothing consumed, for any other.
    private mutating func plainPath(from start: Int) -> [UInt8]? {
        // The directory that the last path shares is known to be safe.
        var position = max(self.position, start + commonDirectory(start))
        var name = position
        while position < end {
            let byte = text[position]
            if byte == pathSeparator {
                guard isSafe(name..<position) else { return nil }
                name = position + 1
            } else if !ManifestText.isPlain(byte) {
                break
            }
            position += 1
        }
        guard position == end || text[position] == UInt8(ascii: " "),
            position - start <= Limits.path, isSafe(name..<position)
        else { return nil }
        self.position = min(position + 1, end)
        lastPath = start..<position
        return Array(text[start..<position])
    }

    /// The length, with its slash, of the directory that this path shares with the last one.
    private func commonDirectory(_ start: Int) -> Int {
        let count = min(end - start, lastPath.count)
        var same = 0
        while same + 8 <= count,
            text.word(at: start + same) == text.word(at: lastPath.lowerBound + same)
        {
            same += 8
        }
        while same < count, text[start + same] == text[lastPath.lowerBound + same] { same += 1 }
        while same > 0, text[start + same - 1] != pathSeparator { same -= 1 }
        return same
    }

    private mutating func escapedPath(from start: Int) -> [UInt8]? {
        position = start
        guard let path = unescaped(), path.count <= Limits.path else { return nil }
        // An absolute path begins with the slash.
        let names = ManifestLineParser(path)
        var name = path.first == pathSeparator ? 1 : 0
        for end in name...path.count where end == path.count || path[end] == pathSeparator {
            guard names.isSafe(name..<end) else { return nil }
            name = end + 1
        }
        return path
    }

    /// Whether a name of a path is neither empty, `.`, `..` nor too long.
    private func isSafe(_ name: Range<Int>) -> Bool {
        let dot = UInt8(ascii: ".")
        guard name.count <= 2 else { return name.count <= 255 }
        guard let first = name.first, let last = name.last else { return false }
        return text[first] != dot || text[last] != dot
    }

    /// Parses a field and resolves its escapes.
    mutating func unescaped() -> [UInt8]? {
        var bytes: [UInt8] = []
        while position < end, text[position] != UInt8(ascii: " ") {
            var byte = text[position]
            position += 1
            if byte == UInt8(ascii: "\\") {
                guard let escaped = escapedByte() else { return nil }
                byte = escaped
            } else if !ManifestText.isPlain(byte) {
                return nil
            }
            bytes.append(byte)
        }
        return endField() ? bytes : nil
    }

    /// Parses the three octal digits of an escape.
    private mutating func escapedByte() -> UInt8? {
        guard end - position >= 3 else { return nil }
        var value = 0
        for _ in 0..<3 {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 8 else { return nil }
            value = value << 3 | Int(digit)
            position += 1
        }
        return value > 0 ? UInt8(exactly: value) : nil
    }

    /// Parses a decimal number of at most 15 digits at the end of a field.
    mutating func number() -> Int? {
        guard let number = digits(), endField() else { return nil }
        return number
    }

    /// Parses a decimal number of at most 15 digits that a separator follows.
    mutating func number(before separator: UInt8) -> Int? {
        guard let number = digits(), skip(separator: separator) else { return nil }
        return number
    }

    /// Parses a decimal number of at most 15 digits, with any byte after it.
    mutating func digits() -> Int? {
        let start = position
        var (position, value) = (start, 0)
        if end - position >= 8,
            let digits = ManifestLineParser.eightDigits(text.word(at: position))
        {
            (position, value) = (position + 8, digits)
        }
        while position < end {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            guard position - start < 15 else { return nil }
            value = value * 10 + Int(digit)
            position += 1
        }
        self.position = position
        return position > start ? value : nil
    }

    /// Computes the value of eight decimal digits, the bytes of `word`, at once.
    private static func eightDigits(_ word: UInt64) -> Int? {
        let text = UInt64(littleEndian: word)
        let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        guard text & high == 0x3030_3030_3030_3030,
            (text &+ 0x0606_0606_0606_0606) & high == 0x3030_3030_3030_3030
        else { return nil }
        // The first digit is in the lowest byte: each is added to ten times the one below it.
        var value = (text & 0x0F0F_0F0F_0F0F_0F0F) &* (10 << 8 | 1)
        value = (value >> 8 & 0x00FF_00FF_00FF_00FF) &* (100 << 16 | 1)
        value = (value >> 16 & 0x0000_FFFF_0000_FFFF) &* (10_000 << 32 | 1)
        return Int(value >> 32)
    }

    /// Parses an octal number of at most 7 digits.
    mutating func octal() -> UInt32? {
        let start = position
        var value: UInt32 = 0
        while position < end, position - start < 7 {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 8 else { break }
            value = value << 3 | UInt32(digit)
            position += 1
        }
        return position > start && endField() ? value : nil
    }

    /// Parses a time: seconds, a point and nine digits.
    mutating func time() -> FileTime? {
        let isNegative = skip(separator: UInt8(ascii: "-"))
        guard let seconds = number(before: UInt8(ascii: ".")) else { return nil }
        let start = position
        guard let nanoseconds = digits(), position - start == 9, endField() else { return nil }
        let signed = isNegative ? -Int64(seconds) : Int64(seconds)
        return FileTime(seconds: signed, nanoseconds: Int32(nanoseconds))
    }

    /// Parses a digest at the end of a field.
    mutating func digest() -> ContentDigest? {
        guard let digest = hexDigits(), endField() else { return nil }
        return digest
    }

    /// Parses a digest that a separator follows.
    mutating func digest(before separator: UInt8) -> ContentDigest? {
        guard let digest = hexDigits(), skip(separator: separator) else { return nil }
        return digest
    }

    private mutating func hexDigits() -> ContentDigest? {
        guard end - position >= 64 else { return nil }
        defer { position += 64 }
        return ContentDigest(hex: text.span.extracting(position..<position + 64))
    }

    /// Parses the name of a codec.
    mutating func codec() -> Codec? {
        let name = text[position..<end].prefix { $0 != UInt8(ascii: " ") }
        position = name.endIndex
        guard endField() else { return nil }
        return Codec(rawValue: String(decoding: name, as: UTF8.self))
    }
}

/// The slash, because reading the constant of another module takes a call for each byte.
private let pathSeparator = UInt8(ascii: "/")

extension [UInt8] {
    /// Loads eight bytes as a number in the byte order of this machine.
    fileprivate func word(at offset: Int) -> UInt64 {
        unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
