/// JSON of bytes, for what commands write: there is a lot of it.
enum JSONBytes {
    private static let hexDigits = Array("0123456789abcdef".utf8)
    private static let base64Digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// Appends a text in UTF-8 as a JSON string.
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

    /// Bytes in base64, with padding (RFC 4648).
    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for place in 0...group.count {
                text.append(base64Digits[bits >> (18 - 6 * place) & 63])
            }
            for _ in group.count..<3 { text.append(UInt8(ascii: "=")) }
        }
        return text
    }
}
