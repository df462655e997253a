internal import BuildspecFiles

/// The space-separated fields of a line of a manifest, read from the left.
///
/// A field is handed out as its place in the text, so nothing is copied until a value is made of it.
struct ManifestFields {
    private let text: [UInt8]
    private var place: Int
    private let end: Int

    /// Creates a reader of a line.
    ///
    /// - Parameters:
    ///   - text: bytes that need not be trusted.
    ///   - line: where the line lies in them, its newline left out.
    init(_ text: [UInt8], _ line: Range<Int>) {
        self.text = text
        place = line.lowerBound
        end = line.upperBound
    }

    /// The next field, or `nil` at the end.
    mutating func next() -> Range<Int>? {
        place < end ? field(from: place) : nil
    }

    /// The value of the next field if its keyword is this one; else nothing is read.
    mutating func value(_ keyword: StaticString) -> Range<Int>? {
        let length = keyword.utf8CodeUnitCount
        guard end - place > length, text[place + length] == UInt8(ascii: "="),
            ManifestFields.matches(text, place, keyword)
        else { return nil }
        return field(from: place + length + 1)
    }

    /// Whether a field is this word.
    func `is`(_ field: Range<Int>, _ word: StaticString) -> Bool {
        field.count == word.utf8CodeUnitCount
            && ManifestFields.matches(text, field.lowerBound, word)
    }

    /// Whether a line begins with this word.
    static func begins(_ text: [UInt8], _ line: Range<Int>, with word: StaticString) -> Bool {
        line.count >= word.utf8CodeUnitCount && matches(text, line.lowerBound, word)
    }

    private static func matches(_ text: [UInt8], _ start: Int, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            for index in 0..<word.count where unsafe text[start + index] != word[index] {
                return false
            }
            return true
        }
    }

    private mutating func field(from start: Int) -> Range<Int> {
        let stop = ManifestFields.endOfField(text, start, end)
        place = min(stop + 1, end)
        return start..<stop
    }

    private static func endOfField(_ text: [UInt8], _ start: Int, _ end: Int) -> Int {
        let bytes = text.span
        var stop = start
        while stop < end, bytes[stop] != UInt8(ascii: " ") { stop += 1 }
        return stop
    }
}

// MARK: Values

extension ManifestFields {
    /// A path that stays below its start.
    func path(_ field: Range<Int>) -> PathBytes? {
        let isRelative = ManifestFields.begins(text, field, with: "./")
        let rest = isRelative ? field.dropFirst(2) : field
        guard let bytes = unescaped(rest), bytes.count <= Limits.path else { return nil }
        let path = PathBytes(bytes)
        guard path.isAbsolute != isRelative else { return nil }
        return ManifestFields.isSafe(bytes, from: isRelative ? 0 : 1) ? path : nil
    }

    /// Whether no name of a path is empty, `.`, `..` or too long.
    private static func isSafe(_ path: [UInt8], from start: Int) -> Bool {
        let bytes = path.span
        let slash = UInt8(ascii: "/")
        var first = start
        for end in start...bytes.count where end == bytes.count || bytes[end] == slash {
            let length = end - first
            guard length > 0, length <= 255 else { return false }
            if length <= 2, bytes[first] == UInt8(ascii: "."), bytes[end - 1] == UInt8(ascii: ".") {
                return false
            }
            first = end + 1
        }
        return true
    }

    /// The bytes that a field stands for.
    func unescaped(_ field: Range<Int>) -> [UInt8]? {
        if isPlain(field) { return Array(text[field]) }
        var bytes: [UInt8] = []
        var place = field.lowerBound
        while place < field.upperBound {
            let byte = text[place]
            if byte != UInt8(ascii: "\\") {
                guard ManifestText.isPlain(byte) else { return nil }
                bytes.append(byte)
                place += 1
                continue
            }
            guard field.upperBound - place >= 4, let value = octal(place + 1..<place + 4),
                value > 0, value < 256
            else { return nil }
            bytes.append(UInt8(value))
            place += 4
        }
        return bytes
    }

    private func isPlain(_ field: Range<Int>) -> Bool {
        let bytes = text.span
        for place in field where !ManifestText.isPlain(bytes[place]) { return false }
        return true
    }

    /// A decimal number of at most 15 digits.
    func number(_ field: Range<Int>) -> Int? {
        guard !field.isEmpty, field.count <= 15 else { return nil }
        let bytes = text.span
        var value = 0
        for place in field {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// An octal number of at most 7 digits.
    func octal(_ field: Range<Int>) -> UInt32? {
        guard !field.isEmpty, field.count <= 7 else { return nil }
        let bytes = text.span
        var value: UInt32 = 0
        for place in field {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 8 else { return nil }
            value = value << 3 | UInt32(digit)
        }
        return value
    }

    /// Seconds, a point and nine digits.
    func time(_ field: Range<Int>) -> FileTime? {
        let isNegative = ManifestFields.begins(text, field, with: "-")
        let body = isNegative ? field.dropFirst() : field
        let point = body.upperBound - 10
        guard point >= body.lowerBound, text[point] == UInt8(ascii: "."),
            let seconds = number(body.lowerBound..<point),
            let nanoseconds = number(point + 1..<body.upperBound)
        else { return nil }
        let signed = isNegative ? -Int64(seconds) : Int64(seconds)
        return FileTime(seconds: signed, nanoseconds: Int32(nanoseconds))
    }

    /// The 64 digits of a digest.
    func digest(_ field: Range<Int>) -> ContentDigest? {
        ContentDigest(hex: text.span.extracting(field))
    }

    /// A codec's name.
    func codec(_ field: Range<Int>) -> Codec? {
        Codec(rawValue: String(decoding: text[field], as: UTF8.self))
    }

    /// The parts of a field between the separators; empty ones are left out.
    func parts(_ field: Range<Int>, between separator: Unicode.Scalar) -> [Range<Int>] {
        let bytes = text.span
        let byte = UInt8(ascii: separator)
        var parts: [Range<Int>] = []
        var start = field.lowerBound
        for place in field where bytes[place] == byte {
            if start < place { parts.append(start..<place) }
            start = place + 1
        }
        if start < field.upperBound { parts.append(start..<field.upperBound) }
        return parts
    }
}
