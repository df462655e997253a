extension KeyTable {
    /// Returns the reference page of all keys and findings, in Markdown.
    ///
    /// `docs/buildspec-reference.md` is this text; a test compares them.
    public static func referencePage() -> String {
        var lines = [
            "# Buildspec reference",
            "",
            "Generated from the key table (`Sources/BuildspecModel/Keys`); change it there. Sources: AWS"
                + " CodeBuild user guide, \"Build specification reference for CodeBuild\" and \"Batch"
                + " build buildspec reference\"; behaviour that neither describes was observed.",
            "",
            "The text of a scalar counts: `3.10` stays 3.10, `yes` stays yes. A flag can be `yes`,"
                + " `no`, `true`, `false`, `on` or `off`, in any case.",
            "",
            "## Keys",
        ]
        for location in locations { lines += entry(of: location) }
        return lines.joined(separator: "\n") + "\n\n" + FindingName.page
    }

    private static func entry(of location: Location) -> [String] {
        let row = location.row
        var lines = ["", "### `\(location.path)`", "", row.summary, ""]
        lines.append("- Value: \(row.kind.displayText)")
        if row.isRequired { lines.append("- Required") }
        if let value = row.defaultValue { lines.append("- Default: \(value)") }
        if let since = row.since { lines.append("- Since: \(since)") }
        let relations = (row.kind.shape?.relations ?? []).map(\.sentence)
        for note in row.notes + relations { lines += ["", note] }
        let example = location.exampleDocument.split(separator: "\n").map(String.init)
        return lines + ["", "```yaml"] + example + ["```"]
    }
}
