/// A suggestion for an unknown key.
enum Suggestion: Equatable {
    /// A key with the same letters in different capitals.
    case recased(String)
    /// A key with a similar name, or one that other systems call like this.
    case misspelt(String)
    /// A key that exists elsewhere, at the path.
    case misplaced(path: String)

    /// Finds a suggestion for a name that a mapping cannot have.
    ///
    /// - Parameters:
    ///   - name: The unknown name.
    ///   - shape: The keys that the mapping can have.
    ///   - keyPath: The path of the mapping; a key below this path is preferred.
    ///   - sections: The sections of the file, which decide between several keys of the same name.
    /// - Returns: The suggestion, or `nil` if no key is similar.
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
        let elsewhere = KeyTable.locations.filter { $0.row.name == name }.sorted {
            $0.depth < $1.depth
        }
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
