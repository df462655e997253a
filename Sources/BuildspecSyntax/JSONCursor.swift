/// A position in the bytes of a JSON document, which are read part by part.
struct JSONCursor {
    private let source: any ByteSource
    private var bytes: [UInt8] = []
    private var position = 0
    /// The number of bytes in earlier parts.
    private var base = 0
    private var line = 1
    /// The offset of the first byte in `line`.
    private var lineStart = 0
    /// The text of the string or the number that was taken last.
    var text = KeptText()

    init(_ source: any ByteSource) {
        self.source = source
    }

    /// The line and the column of the next byte.
    var here: (line: Int, column: Int) { (line, base + position - lineStart + 1) }

    /// Returns the next byte without taking it; `nil` at the end.
    @inline(__always)
    mutating func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : readPart()
    }

    /// Reads the next part, and returns its first byte.
    @inline(never)
    private mutating func readPart() -> UInt8? {
        base += bytes.count
        position = 0
        bytes = source.next()
        return bytes.first
    }

    /// Takes the byte that `peek` returned.
    mutating func advance() {
        position += 1
    }

    /// Takes `byte` if it is next, and returns whether it is.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// Skips space between tokens, and returns the next byte without taking it.
    mutating func skipSpace() -> UInt8? {
        while let byte = peek() {
            if byte > 0x20 { return byte }
            position += 1
            if byte == 0x0A {
                line += 1
                lineStart = base + position
            } else if byte != 0x20, byte != 0x09, byte != 0x0D {
                position -= 1
                return byte
            }
        }
        return nil
    }

    /// Takes the bytes of a string that are ASCII and mean themselves, up to the end of the part.
    mutating func takePlain() {
        var end = position
        while end < bytes.count {
            let byte = bytes[end]
            // The subtraction wraps, so a control character is large too.
            guard byte &- 0x20 < 0x60, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
                break
            }
            end += 1
        }
        if end > position { text.append(bytes, position..<end) }
        position = end
    }

    /// Takes the mark which says that the document is UTF-8; columns start after it.
    mutating func takeMark() -> Bool {
        let isMark = take(0xEF) && take(0xBB) && take(0xBF)
        lineStart = base + position
        return isMark
    }

    /// Makes a fault at the next byte.
    func fault(_ reason: String) -> SyntaxFault {
        SyntaxFault(line: here.line, column: here.column, reason: reason)
    }

    /// Makes a fault at the next byte, which is not what the grammar expects.
    mutating func unexpected(_ expected: String) -> SyntaxFault {
        let found =
            switch peek() {
            case nil: "the end of the file"
            case .some(let byte) where 0x21...0x7E ~= byte:
                "'\(Character(Unicode.Scalar(byte)))'"
            case .some(let byte): "the byte 0x\(String(byte, radix: 16, uppercase: true))"
            }
        return fault("expected \(expected), found \(found)")
    }
}

/// The text of a token, of which no more than a limit is kept.
struct KeptText {
    private var bytes: [UInt8] = []
    private var room = 0
    /// The number of bytes with those that are not kept.
    private(set) var size = 0

    /// The text, which ends with a whole character.
    var string: String { bytes.isEmpty ? "" : String(decoding: bytes, as: UTF8.self) }

    /// Starts an empty text.
    mutating func begin(limit: Int) {
        if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
        room = limit
        size = 0
    }

    /// Appends the part `range` of a text in ASCII.
    mutating func append(_ ascii: [UInt8], _ range: Range<Int>) {
        size += range.count
        guard room > 0 else { return }
        let kept = range.prefix(room)
        bytes += ascii[kept]
        room -= kept.count
    }

    /// Appends a character of ASCII.
    mutating func append(_ ascii: UInt8) {
        size += 1
        guard room > 0 else { return }
        bytes.append(ascii)
        room -= 1
    }

    mutating func append(_ character: Unicode.Scalar) {
        let width = UTF8.width(character)
        size += width
        guard width <= room, let code = UTF8.encode(character) else {
            // What follows is left out, also if it is shorter.
            room = 0
            return
        }
        for byte in code { bytes.append(byte) }
        room -= width
    }
}
