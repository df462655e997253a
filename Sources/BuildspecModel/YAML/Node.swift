/// A node of the YAML tree: a scalar, a sequence or a mapping, with its range.
struct Node: Sendable, Equatable {
    /// The content of a node.
    enum Content: Sendable, Equatable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping(Mapping)
    }

    var content: Content
    /// The range without the anchor and the tag; a block collection ends with its last child.
    var range: SourceRange
    var isFlow = false
    var anchor: String?
    /// Whether the node is an alias, `*name`; the ranges of its children are elsewhere then.
    var isAlias = false
    /// The number of nodes in the tree, with this node and expanded aliases.
    var size = 1

    var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

    var items: [Node]? { if case .sequence(let items) = content { items } else { nil } }

    var mapping: Mapping? { if case .mapping(let mapping) = content { mapping } else { nil } }

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
    var style: Style

    /// Whether the scalar is a null value: an empty plain scalar, `~` or `null`.
    var isNull: Bool {
        switch text {
        case "", "~", "null", "Null", "NULL": style == .plain
        default: false
        }
    }
}

/// A mapping: pairs in file order, without duplicate keys.
struct Mapping: Sendable, Equatable {
    /// One key and its value.
    struct Pair: Sendable, Equatable {
        var name: String
        var keyRange: SourceRange
        var value: Node
        var isPlain = true
    }

    var pairs: [Pair] = []

    func pair(_ name: String) -> Pair? { pairs.first { $0.name == name } }

    subscript(name: String) -> Node? { pair(name)?.value }
}
