/// Escapes of bytes as `%` and two upper-case hexadecimal digits.
///
/// Source: RFC 3986, section 2.1.
package enum PercentEscape {
    /// Returns a text in which each byte is escaped that is not plain.
    ///
    /// If the text is decoded again, `%` must not be plain.
    package static func encode(_ text: some StringProtocol, isPlain: (UInt8) -> Bool) -> String {
        if text.utf8.allSatisfy(isPlain) { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 2)
        for byte in text.utf8 {
            if isPlain(byte) { bytes.append(byte) } else { bytes += escape(of: byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns a text without its escapes; `nil` if a `%` has no two hexadecimal digits after it.
    ///
    /// Bytes that are not UTF-8 become replacement characters.
    package static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard rest.count >= 2, let value = UInt8(digits, radix: 16) else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the three bytes of the escape of `byte`.
    package static func escape(of byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 15)]
    }

    /// Whether a byte is a letter or digit of ASCII.
    package static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Whether a byte is one that a URI need not escape: a letter, a digit, `-`, `.`, `_` or `~`.
    ///
    /// Source: RFC 3986, section 2.3.
    package static func isUnreserved(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~".utf8.contains(byte)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10)
    }
}
