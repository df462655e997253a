/// One key of a buildspec: its meaning, its value, and common mistakes.
///
/// The rows of ``KeyTable`` are the source of the reader's "did you mean", the reference page, the
/// JSON Schema and `buildspec explain`, so that these cannot disagree.
public struct KeyRow: Sendable {
    /// The key as it must be written.
    public var name: String
    /// The kind of the value.
    public var kind: KeyKind
    /// Whether the key is required in its mapping.
    public var isRequired: Bool
    /// The meaning of a missing key.
    public var defaultValue: String?
    /// The version or month in which CodeBuild added the key.
    public var since: String?
    /// The purpose of the key, in one sentence.
    public var summary: String
    /// Further notes, a paragraph each.
    public var notes: [String]
    /// An example value as in a file, indented from column 1.
    public var example: String
    /// Wrong names for the key, from other systems or by mistake.
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

/// The keys that one mapping can have.
public struct KeyShape: Sendable {
    /// The name for references in the schema, such as `phase`.
    public var name: String
    /// The keys in the order of the reference page.
    public var rows: [KeyRow]
    /// The relations between the keys.
    public var relations: [KeyRelation]

    init(_ name: String, _ rows: [KeyRow], _ relations: [KeyRelation] = []) {
        self.name = name
        self.rows = rows
        self.relations = relations
    }

    /// Returns the row of a key, if the mapping can have the key.
    public func row(_ name: String) -> KeyRow? { rows.first { $0.name == name } }
}

/// The kind of a key's value.
public indirect enum KeyKind: Sendable {
    /// Any scalar; the text as written counts.
    case text
    /// `yes`, `no`, `true`, `false`, `on` or `off` in any case.
    case flag
    /// A whole number within a range.
    case integer(ClosedRange<Int>)
    /// One of a few texts; an open choice also accepts another text, such as a variable.
    case choice([String], ignoringCase: Bool = false, isOpen: Bool = false)
    /// A text of a certain form: the forms for the page, and a regular expression for the schema.
    case pattern(forms: [String], expression: String)
    /// A list of scalars, with a minimum and perhaps a maximum count; with `acceptsOne`, also one
    /// scalar.
    case texts(minimum: Int = 0, maximum: Int? = nil, acceptsOne: Bool = false)
    /// A list of shell commands.
    case commands
    /// A mapping from names that the user chooses to values.
    case names(NameKind, of: KeyKind)
    /// A mapping with fixed keys.
    case mapping(KeyShape)
    /// A list of at least one mapping with fixed keys.
    case list(KeyShape)
}

/// A relation between keys of one mapping.
public enum KeyRelation: Sendable {
    /// Exactly one of the keys is required.
    case exactlyOne([String])
    /// The two keys exclude each other.
    case excludes(String, String)
    /// The first key has no effect without the second.
    case needs(String, String)
}

/// The kind of names that the user chooses.
public struct NameKind: Sendable {
    /// The term for such a name, such as `variable`.
    public var label: String
    /// A regular expression that the names must match.
    public var expression: String?
    /// The largest number of names.
    public var maximum: Int?
    /// Whether the mapping can be null without a finding, because `variables:` often is.
    public var canBeNull = false

    static let variable = NameKind(
        label: "variable",
        expression: "^[A-Za-z_][A-Za-z0-9_]*$",
        canBeNull: true
    )
    static let runtime = NameKind(label: "runtime")
    static let reportGroup = NameKind(label: "report group", maximum: 5)
    static let artifact = NameKind(
        label: "artifact identifier",
        expression: "^[A-Za-z0-9_]{1,127}$",
        maximum: 12
    )
}
