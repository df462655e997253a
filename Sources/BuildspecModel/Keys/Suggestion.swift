/// A suggestion for an unknown key.
enum Suggestion: Equatable {
    /// A key with the same letters in different capitals.
    case recased(String)
    /// A key with a similar name, or one that other systems call like this.
    case misspelt(String)
    /// A key that exists elsewhere, at the path.
    case misplaced(path: String)

    /// Finds a suggestion for a name that the mapping at `keyPath` cannot have.
    ///
    /// Of several keys of the same name, one below `keyPath` or in a section of the file is preferred.
    static func find(
        for name: String,
        in shape: KeyShape,
        at keyPath: String = "",
        sections: SectionsAbove = SectionsAbove()
    ) -> Suggestion? {
        guard name.utf8.count <= 64 else { return nil }
        if let same = shape.rows.first(where: { $0.name.lowercased() == name.lowercased() }) {
            return .recased(same.name)
        }
        let plain = normalised(name)
        if let row = shape.rows.first(where: { normalised($0.name) == plain }) {
            return .misspelt(row.name)
        }
        if let row = shape.rows.first(where: { $0.mistakes.contains(name.lowercased()) }) {
            return .misspelt(row.name)
        }
        let elsewhere = KeyTable.locations.filter { $0.row.name == name }
            .sorted { $0.depth < $1.depth }
        let prefixes = ["\(keyPath).", "\(keyPath)[]."]
        let below = elsewhere.first { key in
            !keyPath.isEmpty && prefixes.contains { key.path.hasPrefix($0) }
        }
        if let below { return .misplaced(path: below.path) }
        if let first = elsewhere.first, first.depth == 0 { return .misplaced(path: first.path) }
        if let path = sections.nearest(of: elsewhere.map(\.path)) ?? elsewhere.first?.path {
            return .misplaced(path: path)
        }
        return nearest(to: name, in: shape.rows.map(\.name)).map(Suggestion.misspelt)
    }

    /// Returns the nearest candidate, if its distance is at most a third of its length.
    static func nearest(to name: String, in candidates: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let ranked = candidates.map { ($0, distance(name.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= max(1, best.0.count / 3) ? best.0 : nil
    }

    /// Returns the message about an unknown key of a file that is not a buildspec.
    static func unknownKey(_ name: String, in known: [String], at location: String) -> String {
        let remedy = nearest(to: name, in: known).map { "did you mean '\($0)'?" }
        return "unknown key '\(name.clipped)' \(location); "
            + (remedy ?? "it can have \(known.listed)")
    }

    private static func normalised(_ name: String) -> String {
        name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// Returns the number of letters to insert, delete, replace or swap (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars)
        let right = Array(right.unicodeScalars)
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var best = min(last[column] + cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}

/// The sections of a file, relative to the position of a misplaced key.
struct SectionsAbove {
    var root = Mapping()
    var position = SourcePosition(line: 1, column: 1)

    /// Returns the path whose section the file has: the last one above the key, else the first below.
    ///
    /// Names that the user chooses, such as that of a report group, are replaced by those in the file.
    func nearest(of paths: [String]) -> String? {
        let present = paths.compactMap(resolve)
        let above = present.filter { $0.start < position }
        return
            (above.max { ($0.known, $0.start) < ($1.known, $1.start) }
            ?? present.max { ($0.known, $1.start) < ($1.known, $0.start) })?.path
    }

    private func resolve(_ path: String) -> (path: String, known: Int, start: SourcePosition)? {
        var parts = path.split(separator: ".").map(String.init)
        var mapping: Mapping? = root
        var start: SourcePosition?
        var known = 0
        for index in parts.indices.dropLast() {
            let isList = parts[index].hasSuffix("[]")
            let name = parts[index].replacing("[]", with: "")
            let pair =
                name.hasPrefix("<")
                ? mapping?.pairs.last { $0.keyRange.start < position } ?? mapping?.pairs.first
                : mapping?.pair(name)
            guard let pair, !isList || pair.value.items != nil else { break }
            if name.hasPrefix("<") { parts[index] = pair.name.clipped }
            // Only the section counts, not the depth of the key in the section.
            start = start ?? pair.keyRange.start
            known = min(known + 1, parts.count - 1)
            mapping = isList ? pair.value.items?.last?.mapping : pair.value.mapping
        }
        guard let start else { return nil }
        let isWhole = known == parts.count - 1
        return (parts.joined(separator: "."), isWhole ? 1 : 0, start)
    }
}
