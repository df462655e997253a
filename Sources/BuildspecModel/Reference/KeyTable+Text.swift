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

    /// Returns the description of a key for a terminal, at most 80 columns wide.
    ///
    /// - Parameter path: A path such as `phases.build.on-failure`.
    /// - Returns: The description with a final line break, or `nil` if the key does not exist.
    public static func explanation(of path: String) -> String? {
        guard let location = location(at: path) ?? locationOfName(at: path) else { return nil }
        let row = location.row
        var lines = [path] + wrapped(row.summary, indent: 2) + [""]
        lines += field("value", row.kind.displayText)
        lines += field("required", row.isRequired ? "yes" : "no")
        if let value = row.defaultValue { lines += field("default", value) }
        if let since = row.since { lines += field("since", since) }
        let relations = (row.kind.shape?.relations ?? []).map(\.sentence)
        for note in row.notes + relations { lines += [""] + wrapped(note, indent: 2) }
        lines += ["", "  Example:"]
        lines += location.exampleDocument.split(separator: "\n").map { "    " + $0 }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Returns paths that are similar to a path that does not exist, the most similar first.
    public static func suggestions(for path: String) -> [String] {
        guard path.utf8.count <= 200 else { return [] }
        let last = path.split(separator: ".").last.map(String.init) ?? path
        let name = last.replacing("[]", with: "")
        let same = locations.filter { $0.row.name == name || $0.row.mistakes.contains(name) }
        if !same.isEmpty { return same.map(\.path) }
        let nearest = Suggestion.nearest(to: name, in: locations.map(\.row.name))
        return locations.filter { $0.row.name == nearest }.map(\.path)
            .sorted { Suggestion.distance($0, path) < Suggestion.distance($1, path) }
    }

    /// Returns the key that contains a name chosen by the user, such as `env.variables.HOME`.
    private static func locationOfName(at path: String) -> Location? {
        guard let dot = path.lastIndex(of: "."), let location = location(at: String(path[..<dot])),
            case .names = location.row.kind
        else { return nil }
        return location
    }

    private static func field(_ name: String, _ value: String) -> [String] {
        var lines = wrapped(value, indent: 13)
        let label = "  " + name + String(repeating: " ", count: 11 - name.count)
        lines[0] = label + lines[0].dropFirst(13)
        return lines
    }

    /// Returns a text in lines of at most 80 columns.
    static func wrapped(_ text: String, indent: Int) -> [String] {
        let lead = String(repeating: " ", count: indent)
        var lines = [lead]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count > 79, lines[lines.count - 1] != lead {
                lines.append(lead)
            }
            let gap = lines[lines.count - 1] == lead ? "" : " "
            lines[lines.count - 1] += gap + word
        }
        return lines
    }
}

extension KeyKind {
    /// The shape of the mappings in the value, if there are any.
    var shape: KeyShape? {
        switch self {
        case .mapping(let shape), .list(let shape): shape
        case .names(_, let value): value.shape
        default: nil
        }
    }
}
