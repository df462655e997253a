#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

let newline = UInt8(ascii: "\n")

/// The rules of a manifest's text that the encoder and the decoders share.
enum ManifestText {
    /// Whether a byte of a path is written as it is: printing ASCII except the space, `\` and `#`.
    static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#")
    }

    /// The offset of the newline that ends the line at `start`; the text ends with a newline.
    static func endOfLine(_ text: [UInt8], _ start: Int) -> Int {
        unsafe text.withUnsafeBytes { bytes in
            guard let first = unsafe bytes.baseAddress.map({ unsafe $0 + start }),
                let end = unsafe memchr(first, CInt(newline), bytes.count - start)
            else { preconditionFailure("a manifest ends with a newline") }
            return unsafe start + first.distance(to: end)
        }
    }

    /// The number of lines that begin in a range; the text ends with a newline.
    static func lineCount(_ text: [UInt8], in range: Range<Int>) -> Int {
        var count = 0
        var offset = range.lowerBound
        while offset < range.upperBound {
            offset = endOfLine(text, offset) + 1
            count += 1
        }
        return count
    }

    /// Whether `text` has `expected` at an offset; the text must be long enough.
    @inline(__always)
    static func matches(_ text: [UInt8], at offset: Int, _ expected: StaticString) -> Bool {
        unsafe text.withUnsafeBytes { text in
            guard let bytes = text.baseAddress else { return false }
            return unsafe memcmp(bytes + offset, expected.utf8Start, expected.utf8CodeUnitCount)
                == 0
        }
    }

    /// Whether `text` has a line of another text at an offset.
    static func matches(_ text: [UInt8], at offset: Int, line: ArraySlice<UInt8>) -> Bool {
        guard line.count <= text.count - offset else { return false }
        return unsafe text.withUnsafeBytes { text in
            unsafe line.withUnsafeBytes { line in
                guard let left = text.baseAddress, let right = line.baseAddress else {
                    return false
                }
                return unsafe memcmp(left + offset, right, line.count) == 0
            }
        }
    }

    /// The offset of the first entry's line in `text`, or `end`, which must be directly after a
    /// newline; by default the end of the text.
    static func endOfHead(_ text: [UInt8], _ end: Int? = nil) -> Int {
        let end = end ?? text.count
        var offset = 0
        while offset < end, text[offset] == UInt8(ascii: "#") {
            offset = endOfLine(text, offset) + 1
        }
        return offset
    }

    /// The largest number of bytes that one byte is escaped to.
    static let longestEscape = 4

    /// Appends bytes and writes each byte that is not plain as `\ooo`.
    static func escape(_ bytes: [UInt8], into text: inout [UInt8]) {
        text.append(addingCapacity: longestEscape * bytes.count) { escape(bytes, into: &$0) }
    }

    /// Appends escaped bytes to a span with capacity for them.
    static func escape(_ bytes: [UInt8], into text: inout OutputSpan<UInt8>) {
        for byte in bytes {
            if isPlain(byte) {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "\\"))
                for shift in [6, 3, 0] as [UInt8] {
                    text.append(UInt8(ascii: "0") + (byte >> shift & 7))
                }
            }
        }
    }
}
