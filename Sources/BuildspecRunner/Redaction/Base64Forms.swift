internal import BuildspecFiles

/// The base64 forms of a secret (RFC 4648, sections 4 and 5), alone or inside of a larger text.
enum Base64Forms {
    /// The line lengths of common tools: GNU base64 and MIME, then PEM and openssl.
    private static let lineWidths = [76, 64]

    static func all(of text: [UInt8]) -> [[UInt8]] {
        whole(text) + (0..<3).flatMap { inside(text, at: $0).flatMap(inBothAlphabets) }
    }

    /// Returns the forms of `text` alone: with and without padding, on one line and on several.
    ///
    /// Each line is a form too, so that indented lines are found. A short last line is not, because
    /// it may also occur in other texts.
    static func whole(_ text: [UInt8]) -> [[UInt8]] {
        let plain = Base64.digits(text)
        let padded = plain + Base64.padding(of: plain)
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

    /// Returns the forms of `text` inside of a larger text: the digits that depend on `text` alone.
    ///
    /// One form holds the digits that are the same whatever surrounds the text. The others hold the
    /// digits of a text at the end, as in `user:password`. `offset` is the number of bytes of a
    /// group of three that come before the text.
    private static func inside(_ text: [UInt8], at offset: Int) -> [[UInt8]] {
        let digits = Base64.digits([UInt8](repeating: 0, count: offset) + text)
        let first = (offset * 8 + 5) / 6
        let end = (offset + text.count) * 8 / 6
        guard end < digits.count else { return [[UInt8](digits[first...])] }
        let last = [UInt8](digits[first...])
        return [[UInt8](digits[first..<end]), last, last + Base64.padding(of: digits)]
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
}
