internal import BuildspecFiles

/// The percent-encoded forms of a secret in URLs and submitted forms.
enum PercentForms {
    private struct Style: Sendable {
        let writesSpaceAsPlus: Bool
        /// Whether each byte stays as it is.
        let keeps: [Bool]

        // `kept` has the characters that stay as they are, besides letters and digits.
        init(kept: String, writesSpaceAsPlus: Bool = false) {
            self.writesSpaceAsPlus = writesSpaceAsPlus
            keeps = (0...UInt8.max).map { byte in
                PercentEscape.isAlphanumeric(byte) || kept.utf8.contains(byte)
            }
        }
    }

    private static let styles = [
        Style(kept: "-._~"),  // RFC 3986: curl, jq @uri
        Style(kept: "-._~/"),  // Python's quote
        Style(kept: "-._~!'()*"),  // encodeURIComponent
        Style(kept: "-._~!'()*;,/?:@&=+$#"),  // encodeURI
        Style(kept: "-._*", writesSpaceAsPlus: true),  // forms, WHATWG URL
        Style(kept: "-._~", writesSpaceAsPlus: true),  // Python's quote_plus, Go's QueryEscape
    ]

    private static let digits = ["0123456789ABCDEF", "0123456789abcdef"].map { [UInt8]($0.utf8) }

    /// Returns all forms of `text`, with upper-case and lower-case digits; some are there twice, or
    /// equal to `text`.
    static func all(of text: [UInt8]) -> [[UInt8]] {
        styles.filter { style in text.contains { !style.keeps[Int($0)] } }.flatMap { style in
            digits.map { encoded(text, style, $0) }
        }
    }

    private static func encoded(_ text: [UInt8], _ style: Style, _ digits: [UInt8]) -> [UInt8] {
        var form: [UInt8] = []
        form.reserveCapacity(text.count * 2)
        for byte in text {
            if style.keeps[Int(byte)] {
                form.append(byte)
            } else if byte == UInt8(ascii: " ") && style.writesSpaceAsPlus {
                form.append(UInt8(ascii: "+"))
            } else {
                form.append(UInt8(ascii: "%"))
                form.append(digits[Int(byte >> 4)])
                form.append(digits[Int(byte & 15)])
            }
        }
        return form
    }
}
