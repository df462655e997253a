internal import BuildspecFiles

/// The space-separated fields of a line of a manifest, read from the left.
///
/// Values are read where they stand, and most bytes are looked at once: a restore or save of a few changes
/// waits for tens of thousands of lines.
struct ManifestLineParser {
    private let text: [UInt8]
    private var place = 0
    private var end = 0
    /// The path of a line before, if it stands for itself.
    private var lastPath = 0..<0

    /// Creates a reader of a text that need not be trusted, of no line yet.
    init(_ text: [UInt8]) {
        self.text = text
    }

    /// Creates a reader of a line.
    init(_ text: [UInt8], _ line: Range<Int>) {
        self.text = text
        begin(line)
    }

    /// Goes to the start of a line, its newline left out.
    mutating func begin(_ line: Range<Int>) {
        place = line.lowerBound
        end = line.upperBound
    }

    var isAtEnd: Bool { place == end }

    /// Goes on behind a word, which may be the start of a field, if it comes next; else nothing is read.
    @inline(__always)  // Then the word is a number to compare with.
    mutating func skip(_ word: StaticString) -> Bool {
        guard end - place >= word.utf8CodeUnitCount,
            ManifestText.isWord(word, text, place)
        else { return false }
        place += word.utf8CodeUnitCount
        return true
    }

    /// Goes on behind a field if it is this one; else nothing is read.
    mutating func skip(field word: StaticString) -> Bool {
        let start = place
        if skip(word), endField() { return true }
        place = start
        return false
    }

    /// Whether a line begins with this word.
    static func begins(_ text: [UInt8], _ line: Range<Int>, with word: StaticString) -> Bool {
        line.count >= word.utf8CodeUnitCount && ManifestText.isWord(word, text, line.lowerBound)
    }

    /// Goes on behind a separator if it comes next.
    mutating func skip(separator: UInt8) -> Bool {
        guard place < end, text[place] == separator else { return false }
        place += 1
        return true
    }

    /// Goes on at the next field; `false` if this one is longer.
    mutating func endField() -> Bool { place == end || skip(separator: UInt8(ascii: " ")) }
}

// MARK: Values

/// Each is `nil` when something else comes next; then the rest of the line means nothing.
extension ManifestLineParser {
    /// A path that stays below its start.
    mutating func path() -> PathBytes? {
        let isRelative = skip("./")
        let start = place
        // The root of absolute paths has no name.
        guard isRelative || skip(separator: nameEnd) else { return nil }
        guard let path = plainPath(from: start) ?? escapedPath(from: start),
            (path.first == nameEnd) != isRelative
        else { return nil }
        return PathBytes(path)
    }

    /// A path that stands for itself; `nil`, with nothing read, for any other.
    private mutating func plainPath(from start: Int) -> [UInt8]? {
        // What stands above a name in the line before is known to be safe.
        var place = max(self.place, start + commonDirectory(start))
        var name = place
        while place < end {
            let byte = text[place]
            if byte == nameEnd {
                guard isSafe(name..<place) else { return nil }
                name = place + 1
            } else if !ManifestText.isPlain(byte) {
                break
            }
            place += 1
        }
        guard place == end || text[place] == UInt8(ascii: " "), place - start <= Limits.path,
            isSafe(name..<place)
        else { return nil }
        self.place = min(place + 1, end)
        lastPath = start..<place
        return Array(text[start..<place])
    }

    /// How many bytes the path at a place begins alike with as the last path, up to a slash.
    private func commonDirectory(_ start: Int) -> Int {
        let count = min(end - start, lastPath.count)
        var same = 0
        while same + 8 <= count,
            text.word(at: start + same) == text.word(at: lastPath.lowerBound + same)
        {
            same += 8
        }
        while same < count, text[start + same] == text[lastPath.lowerBound + same] { same += 1 }
        while same > 0, text[start + same - 1] != nameEnd { same -= 1 }
        return same
    }

    private mutating func escapedPath(from start: Int) -> [UInt8]? {
        place = start
        guard let path = unescaped(), path.count <= Limits.path else { return nil }
        // The first byte of an absolute one is the slash.
        let names = ManifestLineParser(path)
        var name = path.first == nameEnd ? 1 : 0
        for place in name...path.count where place == path.count || path[place] == nameEnd {
            guard names.isSafe(name..<place) else { return nil }
            name = place + 1
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

    /// The bytes that a field stands for.
    mutating func unescaped() -> [UInt8]? {
        var bytes: [UInt8] = []
        while place < end, text[place] != UInt8(ascii: " ") {
            var byte = text[place]
            place += 1
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

    /// Three octal digits.
    private mutating func escapedByte() -> UInt8? {
        guard end - place >= 3 else { return nil }
        var value = 0
        for _ in 0..<3 {
            let digit = text[place] &- UInt8(ascii: "0")
            guard digit < 8 else { return nil }
            value = value << 3 | Int(digit)
            place += 1
        }
        return value > 0 ? UInt8(exactly: value) : nil
    }

    /// A decimal number of at most 15 digits that is a field or its end.
    mutating func number() -> Int? {
        guard let number = digits(), endField() else { return nil }
        return number
    }

    /// A decimal number of at most 15 digits that a separator follows.
    mutating func number(before separator: UInt8) -> Int? {
        guard let number = digits(), skip(separator: separator) else { return nil }
        return number
    }

    /// A decimal number of at most 15 digits, whatever follows.
    mutating func digits() -> Int? {
        let start = place
        var (place, value) = (start, 0)
        if end - place >= 8, let digits = ManifestLineParser.eightDigits(text.word(at: place)) {
            (place, value) = (place + 8, digits)
        }
        while place < end {
            let digit = text[place] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            guard place - start < 15 else { return nil }
            value = value * 10 + Int(digit)
            place += 1
        }
        self.place = place
        return place > start ? value : nil
    }

    /// The value of eight decimal digits that are the bytes of a number, worked out side by side.
    private static func eightDigits(_ word: UInt64) -> Int? {
        let text = UInt64(littleEndian: word)
        let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        guard text & high == 0x3030_3030_3030_3030,
            (text &+ 0x0606_0606_0606_0606) & high == 0x3030_3030_3030_3030
        else { return nil }
        // The first digit is in the lowest byte, so each is added to ten times the one below.
        var value = (text & 0x0F0F_0F0F_0F0F_0F0F) &* (10 << 8 | 1)
        value = (value >> 8 & 0x00FF_00FF_00FF_00FF) &* (100 << 16 | 1)
        value = (value >> 16 & 0x0000_FFFF_0000_FFFF) &* (10_000 << 32 | 1)
        return Int(value >> 32)
    }

    /// An octal number of at most 7 digits.
    mutating func octal() -> UInt32? {
        let start = place
        var value: UInt32 = 0
        while place < end, place - start < 7 {
            let digit = text[place] &- UInt8(ascii: "0")
            guard digit < 8 else { break }
            value = value << 3 | UInt32(digit)
            place += 1
        }
        return place > start && endField() ? value : nil
    }

    /// Seconds, a point and nine digits.
    mutating func time() -> FileTime? {
        let isNegative = skip(separator: UInt8(ascii: "-"))
        guard let seconds = number(before: UInt8(ascii: ".")) else { return nil }
        let start = place
        guard let nanoseconds = digits(), place - start == 9, endField() else { return nil }
        let signed = isNegative ? -Int64(seconds) : Int64(seconds)
        return FileTime(seconds: signed, nanoseconds: Int32(nanoseconds))
    }

    /// The 64 digits of a digest that is a field or its end.
    mutating func digest() -> ContentDigest? {
        guard let digest = hexDigits(), endField() else { return nil }
        return digest
    }

    /// The 64 digits of a digest that a separator follows.
    mutating func digest(before separator: UInt8) -> ContentDigest? {
        guard let digest = hexDigits(), skip(separator: separator) else { return nil }
        return digest
    }

    private mutating func hexDigits() -> ContentDigest? {
        guard end - place >= 64 else { return nil }
        defer { place += 64 }
        return ContentDigest(hex: text.span.extracting(place..<place + 64))
    }

    /// A codec's name, in which nothing is escaped.
    mutating func codec() -> Codec? {
        let name = text[place..<end].prefix { $0 != UInt8(ascii: " ") }
        place = name.endIndex
        guard endField() else { return nil }
        return Codec(rawValue: String(decoding: name, as: UTF8.self))
    }
}

/// The slash; one of another module takes a call for each byte.
private let nameEnd = UInt8(ascii: "/")

extension [UInt8] {
    /// Eight bytes as a number, as they lie in memory.
    fileprivate func word(at place: Int) -> UInt64 {
        unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
    }
}
