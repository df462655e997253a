/// What an unknown key was probably meant to be.
enum Suggestion: Equatable {
    /// The same letters in other capitals.
    case recased(String)
    /// A name that is close, or that another system uses.
    case misspelt(String)
    /// A key that exists, in another place; the path is that place.
    case misplaced(path: String)

    /// Looks for what was meant by a name that a mapping cannot have.
    static func find(for name: String, in shape: KeyShape) -> Suggestion? {
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
        let elsewhere = KeyTable.places.filter { $0.row.name == name }
        if let place = elsewhere.min(by: { $0.depth < $1.depth }) {
            return .misplaced(path: place.path)
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
