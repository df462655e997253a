/// The forms in which `echo` prints a secret with backslashes, such as a private key on one line.
///
/// The `echo` of dash, which is `sh` on Debian and Ubuntu, prints a newline for `\n`, and so do
/// `echo -e` of bash and `printf %b` of both shells. Source: POSIX, echo: the XSI escapes.
enum EchoForms {
    private enum Shell: CaseIterable {
        case dash
        case bash
        /// Bash in a locale other than UTF-8, which is the default: `\u00fc` becomes `\u00FC`.
        case bashWithoutUTF8
    }

    /// Returns the outputs of `echo` for `text` that differ from it.
    static func all(of text: [UInt8]) -> [[UInt8]] {
        guard text.contains(UInt8(ascii: "\\")) else { return [] }
        var forms: [[UInt8]] = []
        for shell in Shell.allCases {
            let form = echoed(text, by: shell)
            if form != text, !forms.contains(form) { forms.append(form) }
        }
        return forms
    }

    private static func echoed(_ text: [UInt8], by shell: Shell) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.first else {
                result.append(byte)
                continue
            }
            if letter == UInt8(ascii: "c") { return result }
            if let character = character(letter, in: shell) {
                rest.removeFirst()
                result.append(character)
            } else if letter == UInt8(ascii: "0") {
                rest.removeFirst()
                result.append(UInt8(truncatingIfNeeded: number(&rest, base: 8, digits: 3) ?? 0))
            } else if shell != .dash, let code = code(&rest, in: shell) {
                result += code
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// Decodes `\xHH`, `\uHHHH` or `\UHHHHHHHH` after its backslash.
    private static func code(_ rest: inout ArraySlice<UInt8>, in shell: Shell) -> [UInt8]? {
        let lengths = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
        guard let letter = rest.first, let length = lengths[letter] else { return nil }
        var remaining = rest.dropFirst()
        guard let number = number(&remaining, base: 16, digits: length) else { return nil }
        if length == 2 {
            rest = remaining
            return [UInt8(truncatingIfNeeded: number)]
        }
        guard let scalar = Unicode.Scalar(number) else { return nil }
        rest = remaining
        guard shell == .bashWithoutUTF8, !scalar.isASCII else { return Array(String(scalar).utf8) }
        let digits = String(number, radix: 16, uppercase: true)
        let width = number > 0xFFFF ? 8 : 4
        let zeros = String(repeating: "0", count: width - digits.count)
        return Array("\\\(width == 4 ? "u" : "U")\(zeros)\(digits)".utf8)
    }

    /// Reads the number at the start of `rest`; `nil` if there are no digits.
    private static func number(_ rest: inout ArraySlice<UInt8>, base: Int, digits: Int) -> UInt32? {
        let text = rest.prefix(digits).prefix { digit in
            Unicode.Scalar(digit).properties.isASCIIHexDigit
                && (base == 16 || (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit))
        }
        rest = rest.dropFirst(text.count)
        return UInt32(String(decoding: text, as: UTF8.self), radix: base)
    }

    private static func character(_ letter: UInt8, in shell: Shell) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\\"): letter
        case UInt8(ascii: "a"): 0x07
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "e") where shell != .dash, UInt8(ascii: "E") where shell != .dash: 0x1B
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "v"): 0x0B
        default: nil
        }
    }
}
