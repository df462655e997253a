internal import BuildspecFiles

/// The rules for names and quoting in a POSIX shell.
package enum ShellText {
    /// The names of variables that are read-only in bash.
    static let namesReadOnlyInBash: Set<String> = [
        "BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID",
    ]

    /// Returns the text in single quotes, which keep every character as it is.
    package static func alwaysQuoted(_ text: String) -> String {
        var quoted = "'"
        for scalar in text.unicodeScalars {
            if scalar == "'" { quoted += "'\\''" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "'"
    }

    /// Returns the text as one shell word, quoted only if it must be.
    package static func quoted(_ text: String) -> String {
        let plain = !text.isEmpty && text.utf8.allSatisfy(isPlain)
        return plain ? text : alwaysQuoted(text)
    }

    /// Checks whether `text` is a valid name of a shell variable.
    ///
    /// Source: POSIX, "Shell Command Language", 3.230 Name.
    package static func isName(_ text: String) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, !digits.contains(first) else { return false }
        return text.utf8.allSatisfy { PercentEscape.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    }

    /// Whether a byte needs no quotes in a word.
    static func isPlain(_ byte: UInt8) -> Bool {
        PercentEscape.isAlphanumeric(byte) || "/._-+,:@%=".utf8.contains(byte)
    }
}
