extension KeyTable {
    /// The reference page of all keys and findings, in Markdown.
    ///
    /// `docs/buildspec-reference.md` is this text; a test fails when it is not.
    public static func referencePage() -> String {
        var lines = [
            "# Buildspec reference",
            "",
            "Made from the key table (`Sources/BuildspecModel/Keys`); change it there. Sources: AWS"
                + " CodeBuild user guide, \"Build specification reference for CodeBuild\" and \"Batch"
                + " build buildspec reference\"; what neither says was observed.",
            "",
            "Every scalar counts by its text: `3.10` stays 3.10, `yes` stays yes. Where a flag is"
                + " wanted, `yes`, `no`, `true`, `false`, `on` and `off` are read in any case.",
            "",
            "## Keys",
        ]
        for place in places { lines += entry(of: place) }
        return lines.joined(separator: "\n") + "\n\n" + FindingName.page
    }

    private static func entry(of place: Place) -> [String] {
        let row = place.row
        var lines = ["", "### `\(place.path)`", "", row.summary, ""]
        lines.append("- Value: \(row.kind.words)")
        if row.isRequired { lines.append("- Required") }
        if let value = row.defaultValue { lines.append("- Default: \(value)") }
        if let since = row.since { lines.append("- Since: \(since)") }
        let relations = (row.kind.shape?.relations ?? []).map(\.words)
        for note in row.notes + relations { lines += ["", note] }
        let example = place.exampleDocument.split(separator: "\n").map(String.init)
        return lines + ["", "```yaml"] + example + ["```"]
    }
}
