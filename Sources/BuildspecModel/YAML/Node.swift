/// A node of the YAML tree: a scalar, a sequence or a mapping, and where it stands.
struct Node: Sendable, Equatable {
    /// What the node is.
    enum Content: Sendable, Equatable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping(Mapping)
    }

    /// What the node is.
    var content: Content
    /// Where it stands, without its anchor and tag; of a block collection, up to its last child.
    var range: SourceRange
    /// Whether it is written in flow style: `[…]` or `{…}`.
    var isFlow = false
    /// Its anchor's name.
    var anchor: String?
    /// Whether it stands there as an alias, `*name`; its children then stand elsewhere.
    var isAlias = false
    /// How many nodes it holds, itself and expanded aliases included.
    var size = 1

    /// The scalar, if it is one.
    var scalar: Scalar? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar
    }

    /// The items, if it is a sequence.
    var items: [Node]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    /// The mapping, if it is one.
    var mapping: Mapping? {
        guard case .mapping(let mapping) = content else { return nil }
        return mapping
    }

    /// Whether it is an absent value: nothing at all, `~` or `null`.
    var isNull: Bool { scalar?.isNull ?? false }

    /// What it is, in words for messages.
    var kind: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A scalar: its text, never typed, and how it is written.
struct Scalar: Sendable, Equatable {
    /// How a scalar is written.
    enum Style: Sendable, Equatable {
        case plain
        case singleQuoted
        case doubleQuoted
        case literal
        case folded
    }

    /// The text after unquoting, unfolding and unescaping.
    var text: String
    /// How it is written.
    var style: Style

    /// Whether it is an absent value: an empty plain scalar, `~` or `null`.
    var isNull: Bool {
        guard style == .plain else { return false }
        switch text {
        case "", "~", "null", "Null", "NULL": return true
        default: return false
        }
    }
}

/// A mapping's pairs in file order, each key once.
struct Mapping: Sendable, Equatable {
    /// One key and its value.
    struct Pair: Sendable, Equatable {
        /// The key's text.
        var name: String
        /// Where the key stands.
        var keyRange: SourceRange
        /// The value.
        var value: Node
        /// Whether the key is a plain, unquoted scalar.
        var isPlain = true
    }

    /// The pairs in file order.
    var pairs: [Pair] = []

    /// The pair with a key, if there is one.
    func pair(_ name: String) -> Pair? { pairs.first { $0.name == name } }

    /// The value of a key, if there is one.
    subscript(name: String) -> Node? { pair(name)?.value }
}
