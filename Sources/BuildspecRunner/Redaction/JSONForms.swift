/// The forms of a secret inside of a JSON string (RFC 8259, section 7).
enum JSONForms {
    private struct Style: Sendable {
        /// The escape of each ASCII character; `nil` for a character that is not escaped.
        let escapes: [[UInt8]?]
        let codesNonASCII: Bool
        let digits: [UInt8]

        // `coded` has the characters that are written as `\uXXXX` though JSON does not need it.
        init(
            coded: String = "",
            escapesSlash: Bool = false,
            codesNonASCII: Bool = false,
            digits: [UInt8] = lowercase
        ) {
            self.codesNonASCII = codesNonASCII
            self.digits = digits
            escapes = (0..<UInt8(0x80)).map { byte in
                let isCoded = coded.utf8.contains(byte)
                if !isCoded, let letter = letter(byte) { return [UInt8(ascii: "\\"), letter] }
                if isCoded || byte < 0x20 { return code(UInt16(byte), digits) }
                return byte == UInt8(ascii: "/") && escapesSlash ? [UInt8]("\\/".utf8) : nil
            }
        }

        func changes(_ byte: UInt8) -> Bool {
            byte < 0x80 ? escapes[Int(byte)] != nil : codesNonASCII
        }
    }

    private static let lowercase = [UInt8]("0123456789abcdef".utf8)
    private static let uppercase = [UInt8]("0123456789ABCDEF".utf8)

    private static let styles = [
        Style(),  // JavaScript, jq
        Style(escapesSlash: true),  // Foundation
        Style(codesNonASCII: true),  // Python, jq -a
        Style(escapesSlash: true, codesNonASCII: true),  // PHP
        Style(coded: "<>&"),  // Go
        Style(coded: "<>&", codesNonASCII: true),
        Style(coded: "<>&'="),  // Gson
        Style(digits: uppercase),  // Jackson
        Style(codesNonASCII: true, digits: uppercase),
        Style(coded: "<>&'+`\"", codesNonASCII: true, digits: uppercase),  // .NET
    ]

    /// Returns all forms that differ from `text`, some of them twice; none if `text` is not UTF-8.
    static func all(of text: [UInt8]) -> [[UInt8]] {
        let changing = styles.filter { style in text.contains { style.changes($0) } }
        guard !changing.isEmpty, let scalars = String(validating: text, as: UTF8.self) else {
            return []
        }
        return changing.map { style in
            var form: [UInt8] = []
            form.reserveCapacity(text.count * 2)
            for scalar in scalars.unicodeScalars { append(scalar, in: style, to: &form) }
            return form
        }
    }

    private static func append(_ scalar: Unicode.Scalar, in style: Style, to form: inout [UInt8]) {
        if scalar.isASCII {
            if let escape = style.escapes[Int(scalar.value)] {
                form += escape
            } else {
                form.append(UInt8(scalar.value))
            }
        } else if style.codesNonASCII {
            for unit in scalar.utf16 { form += code(unit, style.digits) }
        } else {
            form += scalar.utf8
        }
    }

    /// Returns the letter after the backslash in the short escape of `byte`.
    private static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
    }

    private static func code(_ unit: UInt16, _ digits: [UInt8]) -> [UInt8] {
        [UInt8]("\\u".utf8) + [12, 8, 4, 0].map { digits[Int(unit >> UInt16($0)) & 15] }
    }
}
