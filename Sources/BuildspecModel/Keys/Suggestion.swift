/// What an unknown key was probably meant to be.
enum Suggestion: Equatable {
    /// The same letters in other capitals.
    case recased(String)
    /// A name that is close, or that another system uses.
    case misspelt(String)
    /// A key that exists, in another place; the path is that place.
    case misplaced(path: String)

    /// Looks for what was meant by a name that a mapping cannot have.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - shape: What the mapping can have.
    ///   - place: Where the mapping stands: a place below it is nearer than all others.
    ///   - sections: What the file has, which decides between several places of one name.
    /// - Returns: What was probably meant.
    static func find(
        for name: String,
        in shape: KeyShape,
        at place: String = "",
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
        let elsewhere = KeyTable.places.filter { $0.row.name == name }.sorted {
            $0.depth < $1.depth
        }
        let below = elsewhere.first { row in
            !place.isEmpty && ["\(place).", "\(place)[]."].contains { row.path.hasPrefix($0) }
        }
        if let below { return .misplaced(path: below.path) }
        if let place = elsewhere.first, place.depth == 0 { return .misplaced(path: place.path) }
        if let path = sections.nearest(of: elsewhere.map(\.path)) ?? elsewhere.first?.path {
            return .misplaced(path: path)
        }
        return nearest(to: name, in: shape.rows.map(\.name)).map(Suggestion.misspelt)
    }

    /// The candidate that is at most a third of its letters away, if there is one.
    static func nearest(to name: String, in candidates: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let ranked = candidates.map { ($0, distance(name.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= max(1, best.0.count / 3) ? best.0 : nil
    }

    private static func normalised(_ name: String) -> String {
        name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// The number of letters to insert, delete, replace or swap (optimal string alignment).
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

/// The sections of a file as a key that stands in the wrong place sees them.
struct SectionsAbove {
    /// The mapping at the top.
    var root = Mapping()
    /// Where the key stands.
    var position = SourcePosition(line: 1, column: 1)

    /// Finds, of the places that a key may have, the one whose section the file has.
    ///
    /// It is the last that begins above the key, else the first below it. Names of one's own, such as a
    /// report group's, are put in.
    func nearest(of paths: [String]) -> String? {
        let present = paths.compactMap(place)
        let above = present.filter { $0.start < position }
        return
            (above.max { ($0.known, $0.start) < ($1.known, $1.start) }
            ?? present.max { ($0.known, $1.start) < ($1.known, $0.start) })?.path
    }

    private func place(_ path: String) -> (path: String, known: Int, start: SourcePosition)? {
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
            // The section counts, not how deep the key would stand in it.
            start = start ?? pair.keyRange.start
            known = min(known + 1, parts.count - 1)
            mapping = isList ? pair.value.items?.last?.mapping : pair.value.mapping
        }
        guard let start else { return nil }
        let isWhole = known == parts.count - 1
        return (parts.joined(separator: "."), isWhole ? 1 : 0, start)
    }
}
