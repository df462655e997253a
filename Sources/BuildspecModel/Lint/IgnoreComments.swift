/// The comments of a file that turn warnings off: `# buildspec: ignore NAME, NAME`.
///
/// Behind something on a line, it holds for that line; alone on a line, for the next line that is
/// no comment; above everything else in the file, for the whole file. What holds for the line on
/// which a command begins holds for all lines of the command.
struct IgnoreComments {
    /// Names that hold for the whole file.
    private(set) var everywhere: Set<String> = []
    /// Names by the line they hold for.
    private(set) var byLine: [Int: Set<String>] = [:]
    /// What is wrong with the comments.
    private(set) var diagnostics: [Diagnostic] = []

    private static let mark = "# buildspec: ignore "

    init(in source: SourceText) {
        // Most files have no such comment, and looking for '#' is cheap.
        let isAsked = (1...source.lineCount).contains { number in
            source.line(number).contains("#")
                && source.lineText(number).range(of: IgnoreComments.mark) != nil
        }
        guard isAsked else { return }
        var isAboveAll = true
        // Names of comments that stand alone, until the line that they hold for.
        var waiting: Set<String> = []
        for number in 1...source.lineCount {
            let text = source.lineText(number)
            let isBlank = text.trimmed.isEmpty
            let isComment = text.trimmed.hasPrefix("#")
            let names = self.names(in: text, line: number)
            if isComment, isAboveAll {
                everywhere.formUnion(names)
            } else if isComment {
                waiting.formUnion(names)
            } else if !isBlank {
                let all = waiting.union(names)
                if !all.isEmpty { byLine[number] = all }
                waiting = []
                isAboveAll = false
            }
        }
    }

    private mutating func names(in text: String, line number: Int) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "#")), let range = text.range(of: IgnoreComments.mark)
        else { return [] }
        let names = text[range.upperBound...]
            .split { $0 == "," || $0 == " " || $0 == "\t" }.map(String.init)
        let column = text[..<range.lowerBound].unicodeScalars.count + 1
        check(names, at: SourcePosition(line: number, column: column))
        return names
    }

    /// Lets what holds for the first line of a command hold for all of it.
    mutating func extend(over commands: [SourceRange]) {
        guard !byLine.isEmpty else { return }
        for range in commands {
            guard let names = byLine[range.start.line] else { continue }
            // A block's range ends before the first character of the line behind it.
            let last = range.end.column > 1 ? range.end.line : range.end.line - 1
            guard last > range.start.line else { continue }
            for line in (range.start.line + 1)...last { byLine[line, default: []].formUnion(names) }
        }
    }

    /// Whether a finding is turned off; errors of ours never are.
    func covers(_ finding: Diagnostic) -> Bool {
        guard finding.canBeIgnored else { return false }
        return everywhere.contains(finding.name)
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
            diagnostics.append(
                Diagnostic(
                    .warning,
                    FindingName.ignoreComment.rawValue,
                    finding == nil
                        ? "there is no warning '\(name.clipped)'\(remedy)"
                        : "'\(name.clipped)' is an error and cannot be ignored",
                    at: SourceRange(start: position, end: position)
                )
            )
        }
    }
}
