/// Reads and writes files of `NAME=VALUE` lines, as `.env` files are: `--env-file` and `--exports`.
///
/// Empty lines and lines that begin with `#` are left out, and `export` in front of a name is. A value
/// is the rest of its line as it stands. A value in double quotes ends at the closing quote, which may
/// stand on a later line; in it `\\`, `\"`, `\$` and `` \` `` are the second character, and `\n` and `\r`
/// are line breaks. In single quotes every character is itself. Text behind the closing quote makes
/// the quotes part of the value.
public enum EnvironmentFile {
    /// A line that is no assignment.
    public struct LineError: Error, Sendable, Equatable {
        /// The line, 1 for the first.
        public var line: Int
        /// What is wrong with it.
        public var message: String
    }

    /// Reads a text.
    ///
    /// - Parameter text: the file's text.
    /// - Returns: the assignments in their order.
    /// - Throws: `LineError` for the first line that is no assignment.
    public static func parse(_ text: String) throws(LineError) -> [BuildRequest.Override] {
        var reader = EnvironmentFileReader(text)
        var assignments: [BuildRequest.Override] = []
        while let assignment = try reader.next() { assignments.append(assignment) }
        return assignments
    }

    /// Reads `NAME=VALUE`, or gives `nil` for anything else; quotes are part of the value.
    ///
    /// - Parameter text: the assignment.
    /// - Returns: the name and the value.
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

    /// Writes variables so that `parse` reads them back.
    ///
    /// - Parameter variables: the variables.
    /// - Returns: a line for each: `NAME=value`, in double quotes where it has more than plain
    ///   characters.
    public static func text(of variables: [ExportedVariable]) -> String {
        variables.map { "\($0.name)=\(quoted($0.value))\n" }.joined()
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            byte >= 0x80 || "/._-+,:@%=".utf8.contains(byte)
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        }
        guard !isPlain else { return value }
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
