extension KeyTable {
    /// A key with its path.
    public struct Location: Sendable {
        /// The path from the top level, such as `batch.build-list[].env.image` or
        /// `reports.<report group>`.
        public var path: String
        /// The key.
        public var row: KeyRow

        /// The number of mappings around the key.
        var depth: Int { path.count { $0 == "." } }
    }

    /// All keys with their paths, in the order of the reference page.
    public static let locations: [Location] = locations(in: root, under: "")

    private static func locations(in shape: KeyShape, under prefix: String) -> [Location] {
        shape.rows.flatMap { row in
            let path = prefix.isEmpty ? row.name : "\(prefix).\(row.name)"
            return [Location(path: path, row: row)] + locations(in: row.kind, under: path)
        }
    }

    private static func locations(in kind: KeyKind, under path: String) -> [Location] {
        switch kind {
        case .mapping(let shape): locations(in: shape, under: path)
        case .list(let shape): locations(in: shape, under: path + "[]")
        case .names(let label, let value): locations(in: value, under: "\(path).<\(label.label)>")
        default: []
        }
    }

    /// Finds a key by its path; `[]` can be left out, and names that the user chooses can be any
    /// name.
    ///
    /// - Parameter path: A path such as `phases.build.on-failure` or `reports.unit.files`.
    /// - Returns: The key with its path in the table, or `nil` if the key does not exist.
    public static func location(at path: String) -> Location? {
        let wanted = segments(of: path)
        return locations.first { location in
            let segments = segments(of: location.path)
            return segments.count == wanted.count
                && zip(segments, wanted).allSatisfy { $0 == $1 || $0.hasPrefix("<") }
        }
    }

    private static func segments(of path: String) -> [Substring] {
        path.replacing("[]", with: "").split(separator: ".", omittingEmptySubsequences: false)
    }
}
