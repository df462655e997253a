extension KeyTable {
    /// A key together with its place.
    public struct Place: Sendable {
        /// The path from the top, such as `batch.build-list[].env.image` or `reports.<report group>`.
        public var path: String
        /// The key.
        public var row: KeyRow

        /// The number of mappings around it.
        var depth: Int { path.count { $0 == "." } }
    }

    /// Every key with its path, in the order of the reference page.
    public static let places: [Place] = places(in: root, under: "")

    private static func places(in shape: KeyShape, under prefix: String) -> [Place] {
        shape.rows.flatMap { row in
            let path = prefix.isEmpty ? row.name : "\(prefix).\(row.name)"
            return [Place(path: path, row: row)] + places(in: row.kind, under: path)
        }
    }

    private static func places(in kind: KeyKind, under path: String) -> [Place] {
        switch kind {
        case .mapping(let shape): places(in: shape, under: path)
        case .list(let shape): places(in: shape, under: path + "[]")
        case .names(let label, let value): places(in: value, under: "\(path).<\(label.label)>")
        default: []
        }
    }

    /// Finds a key by its path; `[]` may be left out, and any name fits where names are free.
    ///
    /// - Parameter path: A path such as `phases.build.on-failure` or `reports.unit.files`.
    /// - Returns: The key and its place, or `nil` when there is no such key.
    public static func place(at path: String) -> Place? {
        let wanted = segments(of: path)
        return places.first { place in
            let segments = segments(of: place.path)
            return segments.count == wanted.count
                && zip(segments, wanted).allSatisfy { $0 == $1 || $0.hasPrefix("<") }
        }
    }

    private static func segments(of path: String) -> [Substring] {
        path.replacing("[]", with: "").split(separator: ".", omittingEmptySubsequences: false)
    }
}
