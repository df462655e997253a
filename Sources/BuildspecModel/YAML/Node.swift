/// A node of the YAML tree: a scalar, a sequence or a mapping, with its range.
struct Node: Sendable, Equatable {
    /// The content of a node.
    enum Content: Sendable, Equatable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping(Mapping)
    }

    /// The content of the node.
    var content: Content
    /// The range without the anchor and the tag; a block collection ends with its last child.
    var range: SourceRange
    /// Whether the node is written in flow style: `[…]` or `{…}`.
    var isFlow = false
    /// The name of the anchor.
    var anchor: String?
    /// Whether the node is written as an alias, `*name`; the ranges of its children are elsewhere
    /// then.
    var isAlias = false
    /// The number of nodes in the tree, with this node and expanded aliases.
    var size = 1

    /// The scalar, if the node is one.
    var scalar: Scalar? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar
    }

    /// The items, if the node is a sequence.
    var items: [Node]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    /// The mapping, if the node is one.
    var mapping: Mapping? {
        guard case .mapping(let mapping) = content else { return nil }
        return mapping
    }

    /// Whether the node is a null value: nothing, `~` or `null`.
    var isNull: Bool { scalar?.isNull ?? false }

    /// The kind of the node as text for messages.
    var kind: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A scalar: its text, which is never converted to a type, and its style.
struct Scalar: Sendable, Equatable {
    /// The style in which a scalar is written.
    enum Style: Sendable, Equatable {
        case plain
        case singleQuoted
        case doubleQuoted
        case literal
        case folded
    }

    /// The text after unquoting, unfolding and unescaping.
    var text: String
    /// The style in which the scalar is written.
    var style: Style

    /// Whether the scalar is a null value: an empty plain scalar, `~` or `null`.
    var isNull: Bool {
        guard style == .plain else { return false }
        switch text {
        case "", "~", "null", "Null", "NULL": return true
        default: return false
        }
    }
}

/// A mapping: pairs in file order, without duplicate keys.
struct Mapping: Sendable, Equatable {
    /// One key and its value.
    struct Pair: Sendable, Equatable {
        /// The key's text.
        var name: String
        /// The range of the key.
        var keyRange: SourceRange
        /// The value.
        var value: Node
        /// Whether the key is a plain, unquoted scalar.
        var isPlain = true
    }

    /// The pairs in file order.
    var pairs: [Pair] = []

    /// Returns the pair with a key, if the mapping has the key.
    func pair(_ name: String) -> Pair? { pairs.first { $0.name == name } }

    /// The value of a key, if the mapping has the key.
    subscript(name: String) -> Node? { pair(name)?.value }
}
