extension KeyTable.Location {
    /// A shortest complete buildspec with this key and its example value.
    public var exampleDocument: String { document(isKeyIncluded: true) }

    /// Returns the example buildspec with or without the key, so that a test can compare both.
    func document(isKeyIncluded: Bool) -> String {
        let version = "version: \(path.hasPrefix("environment_variables") ? "0.1" : "0.2")"
        let segments = path.split(separator: ".").map(String.init)
        let body = Self.lines(segments[...], in: KeyTable.root, isKeyIncluded: isKeyIncluded)
        let lines = body.filter { !$0.hasPrefix("version:") }
        return (path == "version" ? body : [version] + lines).joined(separator: "\n") + "\n"
    }

    /// Returns the lines of one mapping: the other required keys, then the key on the path.
    private static func lines(
        _ path: ArraySlice<String>,
        in shape: KeyShape,
        isKeyIncluded: Bool
    ) -> [String] {
        guard let segment = path.first else { return [] }
        let name = segment.hasSuffix("[]") ? String(segment.dropLast(2)) : segment
        let required = shape.rows
            .filter { $0.name != name && ($0.isRequired || shape.requires($0.name, with: name)) }
            .flatMap { lines(of: $0) }
        guard let row = shape.row(name) else { return required }
        let rest = path.dropFirst()
        guard !rest.isEmpty else { return required + (isKeyIncluded ? lines(of: row) : []) }
        let children = inner(rest, in: row.kind, isKeyIncluded: isKeyIncluded)
        guard !children.isEmpty else { return required + ["\(name): {}"] }
        return required + ["\(name):"] + children.map { "  " + $0 }
    }

    private static func inner(
        _ path: ArraySlice<String>,
        in kind: KeyKind,
        isKeyIncluded: Bool
    ) -> [String] {
        switch kind {
        case .mapping(let shape): return lines(path, in: shape, isKeyIncluded: isKeyIncluded)
        case .list(let shape):
            let item = lines(path, in: shape, isKeyIncluded: isKeyIncluded)
            guard !item.isEmpty else { return ["- {}"] }
            // A build with 'depend-on' needs another build.
            let other = path.first == "depend-on" ? ["- identifier: base"] : []
            return other + item.enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
        case .names(_, let value):
            let children = inner(path.dropFirst(), in: value, isKeyIncluded: isKeyIncluded)
            guard !children.isEmpty else { return ["sample: {}"] }
            return ["sample:"] + children.map { "  " + $0 }
        default: return []
        }
    }

    private static func lines(of row: KeyRow) -> [String] {
        let gap = row.example.hasPrefix("\n") ? "" : " "
        return "\(row.name):\(gap)\(row.example)".split(separator: "\n").map(String.init)
    }
}

extension KeyShape {
    /// Returns whether the relations require the key `name` in a mapping with the key `key`.
    fileprivate func requires(_ name: String, with key: String) -> Bool {
        relations.contains { relation in
            switch relation {
            case .exactlyOne(let names): !names.contains(key) && names.first == name
            case .needs(key, name): true
            default: false
            }
        }
    }
}
