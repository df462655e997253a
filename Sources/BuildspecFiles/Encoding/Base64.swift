/// Base64 (RFC 4648, section 4).
package enum Base64 {
    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// Encodes bytes with padding.
    package static func encode(_ bytes: [UInt8]) -> String {
        let digits = digits(bytes)
        return String(decoding: digits + padding(of: digits), as: UTF8.self)
    }

    /// Encodes bytes without padding.
    package static func digits(_ bytes: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity((bytes.count * 4 + 2) / 3)
        var (bits, count) = (0, 0)
        for byte in bytes {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 6 {
                count -= 6
                digits.append(alphabet[bits >> count & 63])
            }
        }
        if count > 0 { digits.append(alphabet[bits << (6 - count) & 63]) }
        return digits
    }

    /// The padding that completes digits to a multiple of four.
    package static func padding(of digits: [UInt8]) -> [UInt8] {
        [UInt8](repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
    }

    /// Decodes the text of a key; `nil` for any text that `encode` does not write.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        // Only keys are decoded, which are short.
        guard text.utf8.count <= 256 else { return nil }
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        return encode(bytes).utf8.elementsEqual(text.utf8) ? bytes : nil
    }
}
