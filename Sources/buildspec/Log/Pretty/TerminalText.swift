/// The width of text in the columns of a terminal.
enum TerminalText {
    /// The width of a character in columns: 0, 1 or 2.
    ///
    /// Source: Unicode Standard Annex #11, "East Asian Width", as terminals implement it.
    static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value < 0x20 || scalar.value == 0xAD ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .surrogate: break
        default: return isWide(scalar) ? 2 : 1
        }
        // U+FE0F makes the symbol before it an emoji, which many terminals show wider.
        return scalar.value == 0xFE0F ? 1 : 0
    }

    /// The largest width of a text; characters that terminals may join are counted separately.
    static func width(of text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 }
            ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    }

    /// Cuts a text to a number of columns, with `…` at the end.
    static func cut(_ text: String, to columns: Int) -> String {
        if text.utf8.count <= columns || width(of: text) <= columns { return text }
        guard columns > 0 else { return "" }
        var short = String.UnicodeScalarView()
        var left = columns - 1
        for scalar in text.unicodeScalars {
            left -= width(of: scalar)
            if left < 0 { break }
            short.append(scalar)
        }
        return String(short) + "…"
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF,
            0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
