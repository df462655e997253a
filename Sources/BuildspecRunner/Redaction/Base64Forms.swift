/// The base64 writings of a secret (RFC 4648, sections 4 and 5), alone or inside of a larger text.
enum Base64Forms {
    /// What tools break lines at: GNU base64 and MIME, then PEM and openssl.
    private static let lineWidths = [76, 64]

    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// All writings of a text.
    static func all(of text: [UInt8]) -> [[UInt8]] {
        var forms = whole(text)
        for offset in 0..<3 {
            forms += inside(text, at: offset).flatMap(inBothAlphabets)
        }
        return forms
    }

    /// The writings of the text alone: with and without padding, in one piece and in lines.
    ///
    /// Of lines there are the whole and each, so that indented ones are found too; a short last
    /// line, which other texts may have in common, only with the whole.
    static func whole(_ text: [UInt8]) -> [[UInt8]] {
        let plain = encoded(text)
        let padded = plain + padding(of: plain)
        var forms = inBothAlphabets(plain)
        if padded != plain { forms += inBothAlphabets(padded) }
        for width in lineWidths where padded.count > width {
            let lines = stride(from: 0, to: padded.count, by: width).map {
                [UInt8](padded[$0..<min($0 + width, padded.count)])
            }
            forms.append([UInt8](lines.joined(separator: [UInt8(ascii: "\n")])))
            forms += lines.filter { $0.count >= 8 }
        }
        return forms
    }

    /// The writings of the text inside of a larger one, as far as they are its own.
    ///
    /// There are the digits that are the same whatever stands around the text, and those when
    /// nothing stands behind it, as in `user:password`. `offset` is how many bytes of a group of
    /// three are before the text.
    private static func inside(_ text: [UInt8], at offset: Int) -> [[UInt8]] {
        let digits = encoded([UInt8](repeating: 0, count: offset) + text)
        let first = (offset * 8 + 5) / 6
        let end = (offset + text.count) * 8 / 6
        guard end < digits.count else { return [[UInt8](digits[first...])] }
        let last = [UInt8](digits[first...])
        return [[UInt8](digits[first..<end]), last, last + padding(of: digits)]
    }

    private static func padding(of digits: [UInt8]) -> [UInt8] {
        [UInt8](repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
    }

    private static func inBothAlphabets(_ form: [UInt8]) -> [[UInt8]] {
        let other = form.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return other == form ? [form] : [form, other]
    }

    /// Base64 without padding.
    private static func encoded(_ text: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity((text.count * 4 + 2) / 3)
        var (bits, count) = (0, 0)
        for byte in text {
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
}
