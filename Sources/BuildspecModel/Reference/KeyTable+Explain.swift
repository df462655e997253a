extension KeyTable {
    /// The entry of a key for a terminal, at most 80 columns wide.
    ///
    /// - Parameter path: A path such as `phases.build.on-failure`.
    /// - Returns: The entry, ending with a line break, or `nil` when there is no such key.
    public static func explanation(of path: String) -> String? {
        guard let place = place(at: path) ?? namedPlace(at: path) else { return nil }
        let row = place.row
        var lines = [path] + wrapped(row.summary, indent: 2) + [""]
        lines += field("value", row.kind.words)
        lines += field("required", row.isRequired ? "yes" : "no")
        if let value = row.defaultValue { lines += field("default", value) }
        if let since = row.since { lines += field("since", since) }
        let relations = (row.kind.shape?.relations ?? []).map(\.words)
        for note in row.notes + relations { lines += [""] + wrapped(note, indent: 2) }
        lines += ["", "  Example:"]
        lines += place.exampleDocument.split(separator: "\n").map { "    " + $0 }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Paths that are near a path that does not exist, the nearest first.
    public static func suggestions(for path: String) -> [String] {
        guard path.utf8.count <= 200 else { return [] }
        let last = path.split(separator: ".").last.map(String.init) ?? path
        let name = last.replacing("[]", with: "")
        let same = places.filter { $0.row.name == name || $0.row.mistakes.contains(name) }
        if !same.isEmpty { return same.map(\.path) }
        let near = Suggestion.nearest(to: name, in: places.map(\.row.name))
        return places.filter { $0.row.name == near }.map(\.path)
            .sorted { Suggestion.distance($0, path) < Suggestion.distance($1, path) }
    }

    /// A name of one's own, such as `env.variables.HOME`, is explained by what holds it.
    private static func namedPlace(at path: String) -> Place? {
        guard let dot = path.lastIndex(of: "."), let place = place(at: String(path[..<dot])),
            case .names = place.row.kind
        else { return nil }
        return place
    }

    private static func field(_ name: String, _ value: String) -> [String] {
        var lines = wrapped(value, indent: 13)
        let label = "  " + name + String(repeating: " ", count: 11 - name.count)
        lines[0] = label + lines[0].dropFirst(13)
        return lines
    }

    /// A text in lines of at most 80 columns.
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
    /// The shape of the mappings it holds, if it holds mappings.
    var shape: KeyShape? {
        switch self {
        case .mapping(let shape), .list(let shape): shape
        case .names(_, let value): value.shape
        default: nil
        }
    }
}
