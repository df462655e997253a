/// Reads files of `NAME=VALUE` lines.
///
/// As in the files of AWS's local agent, empty lines and lines that begin with `#` are left out, and
/// quotes are part of the value.
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
        var assignments: [BuildRequest.Override] = []
        // Nothing else ends a line: a value may hold other line separators of Unicode.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            guard let first = trimmed.first, first != "#" else { continue }
            guard let assignment = assignment(trimmed) else {
                throw LineError(
                    line: index + 1,
                    message: "'\(trimmed)' is not an assignment; write NAME=VALUE"
                )
            }
            assignments.append(assignment)
        }
        return assignments
    }

    /// Reads `NAME=VALUE`, or gives `nil` for anything else.
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
}
