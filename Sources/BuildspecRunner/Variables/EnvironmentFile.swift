/// The format of files with `NAME=VALUE` lines, such as `.env` files: `--env-file` and `--exports`.
///
/// Empty lines, lines that begin with `#`, and `export` before a name are skipped. A value is the rest
/// of its line as it is. A value in double quotes ends at the closing quote, which may be on a later
/// line. In double quotes, `\\`, `\"`, `\$` and `` \` `` mean the second character, and `\n` and `\r`
/// are line breaks. In single quotes every character means itself. With text after the closing quote,
/// the quotes are part of the value.
public enum EnvironmentFile {
    /// An error about a line that is not an assignment.
    public struct LineError: Error, Sendable, Equatable {
        /// The number of the line, 1 for the first.
        public var line: Int
        /// The problem with the line.
        public var message: String
    }

    /// Parses the text of a file into its assignments, in their order.
    ///
    /// - Throws: `LineError` for the first line that is not an assignment.
    public static func parse(_ text: String) throws(LineError) -> [BuildRequest.Override] {
        var reader = EnvironmentFileReader(text)
        var assignments: [BuildRequest.Override] = []
        while let assignment = try reader.next() { assignments.append(assignment) }
        return assignments
    }

    /// Parses `NAME=VALUE`, in which quotes are part of the value; returns `nil` for any other text.
    public static func assignment(_ text: some StringProtocol) -> BuildRequest.Override? {
        // A value may begin with a scalar that would make one character with the '='.
        let scalars = Substring(text).unicodeScalars
        guard let equals = scalars.firstIndex(of: "=") else { return nil }
        let name = String(Substring(scalars[..<equals]))
        guard ShellText.isName(name) else { return nil }
        return BuildRequest.Override(
            name: name,
            value: String(Substring(scalars[scalars.index(after: equals)...]))
        )
    }

    /// Writes variables in the format that `parse` reads, one `NAME=value` in a line, with double quotes
    /// around a value that needs quotes.
    public static func text(of variables: [ExportedVariable]) -> String {
        variables.map { "\($0.name)=\(quoted($0.value))\n" }.joined()
    }

    private static func quoted(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 < 0x80 && !ShellText.isPlain($0) }) else {
            return value
        }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\", "\"", "$", "`": text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
