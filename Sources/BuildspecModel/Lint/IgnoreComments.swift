/// The comments of a file that turn warnings off: `# buildspec: ignore NAME, NAME`.
///
/// After other text on a line, a comment applies to that line. Alone on a line, it applies to the
/// next line that is not a comment. Above everything else, it applies to the whole file. A comment
/// that applies to the first line of a command applies to all its lines.
struct IgnoreComments {
    private(set) var fileWide: Set<String> = []
    /// The ignored names by the number of the line.
    private(set) var byLine: [Int: Set<String>] = [:]
    private(set) var diagnostics: [Diagnostic] = []

    private static let prefix = "# buildspec: ignore "

    init(in source: SourceText) {
        // Most files have no such comment, and a search for '#' is cheap.
        let hasComment = (1...source.lineCount).contains { number in
            source.line(number).contains("#")
                && source.lineText(number).range(of: IgnoreComments.prefix) != nil
        }
        guard hasComment else { return }
        var isBeforeContent = true
        // The names of comments that are alone on a line, until the line that they apply to.
        var pending: Set<String> = []
        for number in 1...source.lineCount {
            let text = source.lineText(number)
            let isBlank = text.trimmed.isEmpty
            let isComment = text.trimmed.hasPrefix("#")
            let names = self.names(in: text, line: number)
            if isComment, isBeforeContent {
                fileWide.formUnion(names)
            } else if isComment {
                pending.formUnion(names)
            } else if !isBlank {
                let all = pending.union(names)
                if !all.isEmpty { byLine[number] = all }
                pending = []
                isBeforeContent = false
            }
        }
    }

    private mutating func names(in text: String, line number: Int) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "#")),
            let range = text.range(of: IgnoreComments.prefix)
        else { return [] }
        let names = text[range.upperBound...]
            .split { $0 == "," || $0 == " " || $0 == "\t" }.map(String.init)
        let column = text[..<range.lowerBound].unicodeScalars.count + 1
        check(names, at: SourcePosition(line: number, column: column))
        return names
    }

    /// Applies the names of a command's first line to all lines of the command.
    mutating func extend(over commands: [SourceRange]) {
        guard !byLine.isEmpty else { return }
        for range in commands {
            guard let names = byLine[range.start.line] else { continue }
            // The range of a block ends before the first character of the next line.
            let last = range.end.column > 1 ? range.end.line : range.end.line - 1
            guard last > range.start.line else { continue }
            for line in (range.start.line + 1)...last { byLine[line, default: []].formUnion(names) }
        }
    }

    /// Returns whether a finding is turned off; errors of `validate` never are.
    func covers(_ finding: Diagnostic) -> Bool {
        guard finding.canBeIgnored else { return false }
        return fileWide.contains(finding.name)
            || byLine[finding.range.start.line]?.contains(finding.name) ?? false
    }

    private mutating func check(_ names: [String], at position: SourcePosition) {
        for name in names {
            let finding = FindingName(rawValue: name)
            guard finding?.severity != .warning, !FindingName.isShellCheck(name) else { continue }
            guard diagnostics.count < 100 else { return }
            let known = FindingName.allCases.filter { $0.severity == .warning }.map(\.rawValue)
            let remedy =
                Suggestion.nearest(to: name, in: known).map { "; did you mean '\($0)'?" } ?? ""
            let message =
                finding == nil
                ? "there is no warning '\(name.clipped)'\(remedy)"
                : "'\(name.clipped)' is an error and cannot be ignored"
            diagnostics.append(Diagnostic(.ignoreComment, message, at: SourceRange(at: position)))
        }
    }
}
