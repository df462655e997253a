/// Names and quoting of a POSIX shell.
package enum ShellText {
    /// Names that bash sets itself and lets nobody assign.
    static let namesReadOnlyInBash: Set<String> = [
        "BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID",
    ]

    /// The text in single quotes, which keep every character as it is.
    package static func alwaysQuoted(_ text: String) -> String {
        var quoted = "'"
        for scalar in text.unicodeScalars {
            if scalar == "'" { quoted += "'\\''" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "'"
    }

    /// The text as one shell word, quoted only where it has to be.
    package static func quoted(_ text: String) -> String {
        let plain = !text.isEmpty && text.utf8.allSatisfy(isPlain)
        return plain ? text : alwaysQuoted(text)
    }

    /// Whether a shell can hold a variable of this name.
    ///
    /// Source: POSIX, "Shell Command Language", 3.230 Name.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || "/._-+,:@%=".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
