/// The forms in which shells print a secret: `export -p`, `set`, `set -x`, `printf %q`.
///
/// The quotes around a value are not part of a form.
enum ShellForms {
    /// Returns all forms of `text`; some are there twice, or equal to `text`.
    static func all(of text: [UInt8]) -> [[UInt8]] {
        guard text.contains(where: { !isPlain($0) }) else { return [] }
        return [
            replacing("'", by: #"'\''"#, in: text),  // bash: set, set -x
            replacing("'", by: #"'"'"'"#, in: text),  // dash: export -p, set
            escaping("\"\\$`", in: text),  // bash: export -p
            escaping(" \t'\"\\|&;()<>!{}*[]?^$`,", in: text),  // bash: printf %q
            ansiQuoted(text, codesNonASCII: false),  // bash: $'...'
            ansiQuoted(text, codesNonASCII: true),
        ]
    }

    /// Whether every shell prints the byte as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "+")...UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "_"):
            byte != UInt8(ascii: ",")
        default: false
        }
    }

    /// Returns `text` with each `character`, which is of ASCII, replaced.
    static func replacing(
        _ character: Unicode.Scalar,
        by replacement: String,
        in text: [UInt8]
    ) -> [UInt8] {
        var form: [UInt8] = []
        for byte in text {
            if byte == UInt8(ascii: character) {
                form += replacement.utf8
            } else {
                form.append(byte)
            }
        }
        return form
    }

    /// Returns `text` with a backslash before each of `characters`.
    private static func escaping(_ characters: String, in text: [UInt8]) -> [UInt8] {
        let characters = [UInt8](characters.utf8)
        var form: [UInt8] = []
        for byte in text {
            if characters.contains(byte) { form.append(UInt8(ascii: "\\")) }
            form.append(byte)
        }
        return form
    }

    /// Returns `text` as written in `$'...'`, which shells use for control characters.
    private static func ansiQuoted(_ text: [UInt8], codesNonASCII: Bool) -> [UInt8] {
        var form: [UInt8] = []
        for byte in text {
            if let letter = ansiLetter(byte) {
                form += [UInt8(ascii: "\\"), letter]
            } else if byte < 0x20 || byte == 0x7F || codesNonASCII && byte > 0x7F {
                form.append(UInt8(ascii: "\\"))
                for shift in [6, 3, 0] { form.append(UInt8(ascii: "0") + (byte >> shift & 7)) }
            } else {
                form.append(byte)
            }
        }
        return form
    }

    private static func ansiLetter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x07: UInt8(ascii: "a")
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0B: UInt8(ascii: "v")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        case 0x1B: UInt8(ascii: "E")
        case UInt8(ascii: "'"), UInt8(ascii: "\\"): byte
        default: nil
        }
    }
}
