/// The byte strings that reveal a secret: the value, its lines, and the encoded forms of these.
enum SecretForms {
    /// Returns all forms of `secret`, each of at least `Redactor.minimumLength` bytes; some may be
    /// there twice.
    ///
    /// White space around a value and around its lines is not part of a secret. So the value is
    /// found with or without its last newline, and a line with any indentation. A value that is too
    /// short has no forms.
    static func all(of secret: [UInt8]) -> [[UInt8]] {
        let forms = plain(secret)
        return forms.isEmpty ? [] : forms + EchoForms.all(of: secret).flatMap(plain)
    }

    /// Returns all forms of `secret` in which backslashes are plain characters.
    private static func plain(_ secret: [UInt8]) -> [[UInt8]] {
        let core = [UInt8](trimmed(secret[...]))
        guard core.count >= Redactor.minimumLength else { return [] }
        let unixText = withoutCarriageReturns(core)
        var forms = escaped(core) + Base64Forms.all(of: core)
        forms += Base64Forms.whole(core + [UInt8(ascii: "\n")])
        if secret != core { forms += Base64Forms.whole(secret) }
        if unixText != core {
            forms += escaped(unixText) + Base64Forms.all(of: unixText)
        }
        let lines = unixText.split(separator: UInt8(ascii: "\n"))
        guard lines.count > 1 else { return forms }
        forms.append(ShellForms.replacing("\n", by: "\r\n", in: unixText))
        for line in lines.map(trimmed) where line.count >= Redactor.minimumLength {
            forms += escaped([UInt8](line))
        }
        return forms
    }

    /// Returns `text` as it is, percent-encoded, escaped in JSON, and as shells print it.
    private static func escaped(_ text: [UInt8]) -> [[UInt8]] {
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

    /// Whether the byte is a space, tab, newline, vertical tab, form feed or carriage return.
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
