/// One key of a buildspec: what it means, what it takes, and how it is told apart from mistakes.
///
/// The rows of ``KeyTable`` drive the reader's "did you mean", the reference page, the JSON Schema
/// and `buildspec explain`, so that these cannot disagree.
public struct KeyRow: Sendable {
    /// The key as it must be written.
    public var name: String
    /// What its value may be.
    public var kind: KeyKind
    /// Whether it must be there wherever its mapping is.
    public var isRequired: Bool
    /// What its absence means.
    public var defaultValue: String?
    /// The version or month in which CodeBuild learnt it.
    public var since: String?
    /// What it is for, in one sentence.
    public var summary: String
    /// What else one has to know, a paragraph each.
    public var notes: [String]
    /// A value as it would stand in a file, indented from column 1.
    public var example: String
    /// Names that people write for it, from other systems or by slip.
    public var mistakes: [String]

    init(
        _ name: String,
        _ kind: KeyKind,
        _ summary: String,
        example: String,
        required: Bool = false,
        default defaultValue: String? = nil,
        since: String? = nil,
        mistakes: [String] = [],
        notes: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.isRequired = required
        self.defaultValue = defaultValue
        self.since = since
        self.summary = summary
        self.notes = notes
        self.example = example
        self.mistakes = mistakes
    }
}

/// The keys that may stand together in one mapping.
public struct KeyShape: Sendable {
    /// A name for references, such as `phase`.
    public var name: String
    /// The keys in the order of the reference page.
    public var rows: [KeyRow]
    /// What must hold between the keys.
    public var relations: [KeyRelation]

    init(_ name: String, _ rows: [KeyRow], _ relations: [KeyRelation] = []) {
        self.name = name
        self.rows = rows
        self.relations = relations
    }

    /// The row of a key, if the mapping may have it.
    public func row(_ name: String) -> KeyRow? { rows.first { $0.name == name } }
}

/// What a key's value may be.
public indirect enum KeyKind: Sendable {
    /// Any scalar; its source text counts.
    case text
    /// `yes`, `no`, `true`, `false`, `on` or `off` in any case.
    case flag
    /// A whole number within a range.
    case integer(ClosedRange<Int>)
    /// One of a few words; an open one may also be something else, such as a variable.
    case choice([String], ignoringCase: Bool = false, isOpen: Bool = false)
    /// A text of a form: the forms for people, and a regular expression for the schema.
    case pattern(forms: [String], expression: String)
    /// A list of scalars, of at least and perhaps at most so many; one scalar may stand for a list of
    /// one.
    case texts(minimum: Int = 0, maximum: Int? = nil, acceptsOne: Bool = false)
    /// A list of shell commands.
    case commands
    /// A mapping from names of one's own to values.
    case names(NameKind, of: KeyKind)
    /// A mapping with fixed keys.
    case mapping(KeyShape)
    /// A list of mappings with fixed keys, at least one.
    case list(KeyShape)
}

/// What must hold between keys of one mapping.
public enum KeyRelation: Sendable {
    /// Exactly one of the keys must be there.
    case exactlyOne([String])
    /// The two keys exclude each other.
    case excludes(String, String)
    /// The first key has no effect without the second.
    case needs(String, String)
}

/// What the names are where they are free.
public struct NameKind: Sendable {
    /// The word for such a name, such as `variable`.
    public var label: String
    /// A regular expression for the names, if they have a form.
    public var expression: String?
    /// How many there may be.
    public var maximum: Int?
    /// Whether the mapping may be empty without a word, as `variables:` often is.
    public var mayBeNothing = false

    static let variable = NameKind(
        label: "variable",
        expression: "^[A-Za-z_][A-Za-z0-9_]*$",
        mayBeNothing: true
    )
    static let runtime = NameKind(label: "runtime")
    static let reportGroup = NameKind(label: "report group", maximum: 5)
    static let artifact = NameKind(
        label: "artifact identifier",
        expression: "^[A-Za-z0-9_]{1,127}$",
        maximum: 12
    )
}
