extension Diagnostic {
    /// The finding for people: position and message, the source line with a caret, and CodeBuild's
    /// answer, without colours and without a final line break.
    ///
    /// ```
    /// buildspec.yml:14:3: error: unknown phase 'pre-build'; did you mean 'pre_build'?
    ///    14 |   pre-build:
    ///       |   ^
    ///       = CodeBuild: not known: it refuses the file, or ignores the phase
    /// ```
    ///
    /// What can be turned off ends with the name by which it can.
    ///
    /// - Parameters:
    ///   - file: The file's name as the user wrote it.
    ///   - source: The file's text.
    /// - Returns: One to four lines.
    public func rendered(file: String, source: SourceText) -> String {
        let place = "\(file):\(range.start.line):\(range.start.column)"
        let suffix = canBeIgnored ? " [\(name)]" : ""
        var lines = ["\(place): \(severity.rawValue): \(message)\(suffix)"]
        lines += snippet(source)
        if let codeBuild { lines.append("      = CodeBuild: \(codeBuild)") }
        return lines.joined(separator: "\n")
    }

    /// The finding for people, from the bytes of the file; see the form with `SourceText`.
    ///
    /// - Parameters:
    ///   - file: The file's name as the user wrote it.
    ///   - source: The bytes of the file.
    /// - Returns: One to four lines.
    public func rendered(file: String, source: [UInt8]) -> String {
        rendered(file: file, source: SourceText(source))
    }

    private func snippet(_ source: SourceText) -> [String] {
        guard range.start.line <= source.lineCount else { return [] }
        let line = Array(source.line(range.start.line))
        guard !line.isEmpty else { return [] }
        // A window around the column, for lines that no terminal shows whole.
        let column = min(range.start.column - 1, line.count)
        let first = line.count <= 160 ? 0 : max(0, column - 80)
        let window = line[first..<min(line.count, first + 160)]
        let number = String(range.start.line)
        let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
        let shown = (first > 0 ? "…" : "") + String(window.map(visible))
        let indent = (first > 0 ? " " : "") + String(window.prefix(column - first).map(blank))
        return ["\(gutter) | \(shown)", "      | \(indent)^"]
    }

    /// A character that cannot harm a terminal.
    private func visible(_ scalar: Unicode.Scalar) -> Character {
        switch scalar.properties.generalCategory {
        case .control where scalar != "\t": "\u{FFFD}"
        case .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: Character(scalar)
        }
    }

    /// What stands under a character in the caret's line: a tab stays a tab.
    private func blank(_ scalar: Unicode.Scalar) -> Character { scalar == "\t" ? "\t" : " " }
}
