/// The byte strings that give a secret away: itself, its lines, and both in other writings.
enum SecretForms {
    /// All forms of a value, each of at least `Redactor.minimumLength` bytes; some may be double.
    ///
    /// White space around a value and around its lines is not part of a secret, so that the value
    /// is found with or without its last newline, and a line however it is indented.
    ///
    /// - Returns: the forms; none if the value is too short.
    static func all(of secret: [UInt8]) -> [[UInt8]] {
        let forms = plain(secret)
        return forms.isEmpty ? [] : forms + EchoForms.all(of: secret).flatMap(plain)
    }

    /// All forms of a value whose backslashes stay.
    private static func plain(_ secret: [UInt8]) -> [[UInt8]] {
        let core = [UInt8](trimmed(secret[...]))
        guard core.count >= Redactor.minimumLength else { return [] }
        let unixText = withoutCarriageReturns(core)
        var forms = written(core) + Base64Forms.all(of: core)
        forms += Base64Forms.whole(core + [UInt8(ascii: "\n")])
        if secret != core { forms += Base64Forms.whole(secret) }
        if unixText != core {
            forms += written(unixText) + Base64Forms.all(of: unixText)
        }
        let lines = unixText.split(separator: UInt8(ascii: "\n"))
        guard lines.count > 1 else { return forms }
        forms.append([UInt8](lines: unixText, endingIn: "\r\n"))
        for line in lines.map(trimmed) where line.count >= Redactor.minimumLength {
            forms += written([UInt8](line))
        }
        return forms
    }

    /// A text as it is and as escaped by percent signs, in JSON and by shells.
    private static func written(_ text: [UInt8]) -> [[UInt8]] {
        var forms = [text]
        for form in PercentForms.all(of: text) + JSONForms.all(of: text) + ShellForms.all(of: text)
        where !forms.contains(form) {
            forms.append(form)
        }
        return forms
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = text.firstIndex(where: { !isSpace($0) }),
            let last = text.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return text[first...last]
    }

    /// Space, tab, newline, vertical tab, form feed, carriage return.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
    }

    private static func withoutCarriageReturns(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (index, byte) in text.enumerated() {
            let next = index + 1 < text.count ? text[index + 1] : 0
            if byte == UInt8(ascii: "\r") && next == UInt8(ascii: "\n") { continue }
            result.append(byte)
        }
        return result
    }
}

extension [UInt8] {
    /// A text with other ends of lines.
    fileprivate init(lines text: [UInt8], endingIn end: String) {
        self = []
        for byte in text {
            if byte == UInt8(ascii: "\n") { self += end.utf8 } else { append(byte) }
        }
    }
}
