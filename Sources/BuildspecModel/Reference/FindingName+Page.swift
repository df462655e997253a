extension FindingName {
    /// The list of all findings with what each means, in Markdown.
    static var page: String {
        var lines = [
            "## Findings",
            "",
            "`buildspec validate` names every finding. A warning is turned off by its name: with"
                + " `--ignore NAME`, or by a comment in the file, `# buildspec: ignore NAME`. Behind"
                + " something on a line it holds for that line; alone on a line, for the next line;"
                + " above everything, for the file. What holds for the line on which a command begins"
                + " holds for the whole command. Errors cannot be turned off, except for those that"
                + " ShellCheck finds (`validate --shellcheck`), which have its codes as their names.",
        ]
        for severity in [Diagnostic.Severity.error, .warning] {
            lines += ["", "### \(severity == .error ? "Errors" : "Warnings")", ""]
            lines += ["| name | what it means |", "| --- | --- |"]
            lines += allCases.filter { $0.severity == severity }
                .map { "| `\($0.rawValue)` | \($0.summary.replacing("|", with: "\\|")) |" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The finding for a terminal.
    public var explanation: String {
        let lines =
            ["\(rawValue) (\(severity.rawValue))"] + KeyTable.wrapped(summary, indent: 2)
            + (severity == .warning
                ? [
                    "",
                    "  Turn it off with '--ignore \(rawValue)', or in the file with the comment",
                ]
                    + ["  '# buildspec: ignore \(rawValue)'."]
                : [])
        return lines.joined(separator: "\n") + "\n"
    }
}
