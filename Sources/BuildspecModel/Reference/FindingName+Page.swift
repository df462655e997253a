extension FindingName {
    /// The list of all findings with their meaning, in Markdown.
    static var page: String {
        var lines = [
            "## Findings",
            "",
            "`buildspec validate` names every finding. A warning is turned off by its name: with"
                + " `--ignore NAME`, or by a comment in the file, `# buildspec: ignore NAME`. After"
                + " other text on a line, the comment applies to that line; alone on a line, to the"
                + " next line; above everything else, to the file. A comment that applies to the first"
                + " line of a command applies to the whole command. Errors cannot be turned off, except"
                + " for those of ShellCheck (`validate --shellcheck`), whose names are its codes.",
        ]
        for severity in [Diagnostic.Severity.error, .warning] {
            lines += ["", "### \(severity == .error ? "Errors" : "Warnings")", ""]
            lines += ["| Name | Meaning |", "| --- | --- |"]
            lines += allCases.filter { $0.severity == severity }
                .map { "| `\($0.rawValue)` | \($0.summary.replacing("|", with: "\\|")) |" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The description of the finding for a terminal.
    public var explanation: String {
        var lines = ["\(rawValue) (\(severity.rawValue))"] + KeyTable.wrapped(summary, indent: 2)
        if severity == .warning {
            lines += [
                "", "  Turn it off with '--ignore \(rawValue)', or in the file with the comment",
                "  '# buildspec: ignore \(rawValue)'.",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
