extension Diagnostic {
    /// Returns the finding as text: position and message, the source line with a caret, and
    /// CodeBuild's behaviour, without colours and without a final line break.
    ///
    /// ```
    /// buildspec.yml:14:3: error: unknown phase 'pre-build'; did you mean 'pre_build'?
    ///    14 |   pre-build:
    ///       |   ^
    ///       = CodeBuild: not known: it refuses the file, or ignores the phase
    /// ```
    ///
    /// A finding that can be turned off ends with its name.
    ///
    /// - Parameters:
    ///   - file: The name of the file as the user wrote it.
    ///   - source: The text of the file.
    /// - Returns: One to four lines.
    public func rendered(file: String, source: SourceText) -> String {
        let position = "\(file):\(range.start.line):\(range.start.column)"
        let suffix = canBeIgnored ? " [\(name)]" : ""
        var lines = ["\(position): \(severity.rawValue): \(message)\(suffix)"]
        lines += snippet(source)
        if let codeBuild { lines.append("      = CodeBuild: \(codeBuild)") }
        return lines.joined(separator: "\n")
    }

    /// Returns the finding as text, like the method that takes a `SourceText`.
    ///
    /// - Parameters:
    ///   - file: The name of the file as the user wrote it.
    ///   - source: The bytes of the file.
    /// - Returns: One to four lines.
    public func rendered(file: String, source: [UInt8]) -> String {
        rendered(file: file, source: SourceText(source))
    }

    private func snippet(_ source: SourceText) -> [String] {
        guard range.start.line <= source.lineCount else { return [] }
        let line = Array(source.line(range.start.line))
        guard !line.isEmpty else { return [] }
        // A part of the line around the column, for lines that are wider than a terminal.
        let column = min(range.start.column - 1, line.count)
        let first = line.count <= 160 ? 0 : max(0, column - 80)
        let window = line[first..<min(line.count, first + 160)]
        let number = String(range.start.line)
        let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
        let shown = (first > 0 ? "…" : "") + String(window.map(visible))
        let indent = (first > 0 ? " " : "") + String(window.prefix(column - first).map(blank))
        return ["\(gutter) | \(shown)", "      | \(indent)^"]
    }

    /// Returns a character without effects on a terminal.
    private func visible(_ scalar: Unicode.Scalar) -> Character {
        switch scalar.properties.generalCategory {
        case .control where scalar != "\t": "\u{FFFD}"
        case .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: Character(scalar)
        }
    }

    /// Returns the character below another one in the line of the caret: a tab stays a tab.
    private func blank(_ scalar: Unicode.Scalar) -> Character { scalar == "\t" ? "\t" : " " }
}
