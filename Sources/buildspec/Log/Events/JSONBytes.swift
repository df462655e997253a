/// A writer of JSON strings from bytes, which is fast because commands can write much output.
enum JSONBytes {
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Appends UTF-8 text as a JSON string.
    static func append(_ text: [UInt8], quotedTo line: inout [UInt8]) {
        line.reserveCapacity(line.count + text.count + text.count / 16 + 16)
        line.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): line += "\\n".utf8
            case UInt8(ascii: "\r"): line += "\\r".utf8
            case UInt8(ascii: "\t"): line += "\\t".utf8
            case 0..<0x20, 0x7F:
                line += "\\u00".utf8
                line += [hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }
}
