/// A list or mapping that the composer has not finished yet.
struct Frame {
    /// The items or pairs so far.
    enum Content {
        case sequence([Node])
        case mapping([Mapping.Pair])
    }

    private var content: Content
    private var pendingKey: Node?
    private var indexes: [String: Int] = [:]
    private var pendingMerge: Mapping.Pair?
    private var size = 1
    /// Mappings that `<<` merges, in order of precedence.
    var merged: [Mapping] = []
    /// The start of the collection, after its anchor and tag.
    let start: SourcePosition
    /// Whether the collection is written as `[…]` or `{…}`.
    let isFlow: Bool
    /// The end of the last child so far.
    private(set) var lastEnd: SourcePosition
    private let anchor: String?

    init(content: Content, start: SourcePosition, isFlow: Bool, anchor: String?) {
        self.content = content
        self.start = start
        self.isFlow = isFlow
        self.anchor = anchor
        lastEnd = start
    }

    func node(end: SourcePosition) -> Node {
        let node: Node.Content =
            switch content {
            case .sequence(let items): .sequence(items)
            case .mapping(let pairs): .mapping(Mapping(pairs: pairs + mergedPairs))
            }
        let range = SourceRange(start: start, end: max(start, end))
        return Node(content: node, range: range, isFlow: isFlow, anchor: anchor, size: size)
    }

    /// Adds a finished child, and returns the findings about it.
    mutating func add(_ node: Node) -> [Diagnostic] {
        lastEnd = max(lastEnd, node.range.end)
        size += node.size
        switch content {
        case .sequence(var items):
            content = .sequence([])  // leaves one reference, so that appending does not copy
            items.append(node)
            content = .sequence(items)
            return []
        case .mapping(var pairs):
            guard let key = pendingKey else {
                pendingKey = node
                return []
            }
            pendingKey = nil
            content = .mapping([])
            defer { content = .mapping(pairs) }
            return addPair(key, node, to: &pairs)
        }
    }

    /// Removes and returns the `<<` pair that was just finished.
    mutating func popMerge() -> Mapping.Pair? {
        defer { pendingMerge = nil }
        return pendingMerge
    }

    private mutating func addPair(
        _ key: Node,
        _ value: Node,
        to pairs: inout [Mapping.Pair]
    ) -> [Diagnostic] {
        guard let name = key.scalar else {
            let message = "a key must be text, this one is \(key.kind)"
            return [Diagnostic(.complexKey, message, at: key.range)]
        }
        var pair = Mapping.Pair(name: name.text, keyRange: key.range, value: value)
        pair.isPlain = name.style == .plain
        guard !(pair.isPlain && name.text == "<<") else {
            pendingMerge = pair
            return []
        }
        guard let index = indexes[name.text] else {
            indexes[name.text] = pairs.count
            pairs.append(pair)
            return []
        }
        let first = pairs[index]
        pairs[index] = pair
        return [duplicate(pair, of: first)]
    }

    private var mergedPairs: [Mapping.Pair] {
        var names = Set(indexes.keys)
        return merged.flatMap(\.pairs).filter { names.insert($0.name).inserted }
    }

    private func duplicate(_ pair: Mapping.Pair, of first: Mapping.Pair) -> Diagnostic {
        let lines = "lines \(first.keyRange.start.line) and \(pair.keyRange.start.line)"
        return Diagnostic(
            .duplicateKey,
            "'\(pair.name.clipped)' occurs twice, on \(lines); only the last one counts, and what is"
                + " under the first is lost; rename or remove one",
            at: pair.keyRange,
            codeBuild: "uses the last one, as far as is known"
        )
    }
}
