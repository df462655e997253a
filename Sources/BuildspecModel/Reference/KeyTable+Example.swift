extension KeyTable.Place {
    /// A whole buildspec, as short as possible, that has this key with its example value.
    public var exampleDocument: String { document(isKeyIncluded: true) }

    /// The same buildspec; the key may be left out, to see what it changes.
    func document(isKeyIncluded: Bool) -> String {
        let version = "version: \(path.hasPrefix("environment_variables") ? "0.1" : "0.2")"
        let segments = path.split(separator: ".").map(String.init)
        let body = Self.lines(segments[...], in: KeyTable.root, isKeyIncluded: isKeyIncluded)
        let lines = body.filter { !$0.hasPrefix("version:") }
        return (path == "version" ? body : [version] + lines).joined(separator: "\n") + "\n"
    }

    /// The lines of one mapping: its other required keys, then the key on the path.
    private static func lines(
        _ path: ArraySlice<String>,
        in shape: KeyShape,
        isKeyIncluded: Bool
    ) -> [String] {
        guard let segment = path.first else { return [] }
        let name = segment.hasSuffix("[]") ? String(segment.dropLast(2)) : segment
        let required = shape.rows
            .filter { $0.name != name && ($0.isRequired || shape.needs($0.name, beside: name)) }
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
            // What waits needs something to wait for.
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
    /// Whether a mapping with one key should have the other one too, by the relations.
    fileprivate func needs(_ name: String, beside key: String) -> Bool {
        relations.contains { relation in
            switch relation {
            case .exactlyOne(let names): !names.contains(key) && names.first == name
            case .needs(key, name): true
            default: false
            }
        }
    }
}
