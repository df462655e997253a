extension KeyKind {
    /// The kind of the value as text for the reference page.
    public var displayText: String {
        switch self {
        case .text: "text"
        case .flag: "yes or no"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let values, let ignoringCase, let isOpen):
            values.joined(separator: ", ") + (isOpen ? ", or another text" : "")
                + (ignoringCase ? " (in any case)" : "")
        case .pattern(let forms, _): forms.joined(separator: ", ")
        case .texts(_, let maximum, let acceptsOne):
            "a list of texts" + (maximum.map { ", at most \($0)" } ?? "")
                + (acceptsOne ? ", or one text" : "")
        case .commands: "a list of commands"
        case .names(let name, let value):
            "a mapping from \(name.label) names to \(value.pluralText)"
                + (name.maximum.map { ", at most \($0)" } ?? "")
        case .mapping(let shape): "a mapping with \(shape.rows.map(\.name).joined(separator: ", "))"
        case .list(let shape):
            "a list of mappings with \(shape.rows.map(\.name).joined(separator: ", "))"
        }
    }

    /// The kind of several values as text.
    private var pluralText: String {
        switch self {
        case .mapping(let shape): "mappings with \(shape.rows.map(\.name).joined(separator: ", "))"
        case .texts: "lists of texts"
        default: "texts"
        }
    }
}

extension KeyRelation {
    /// The relation as a sentence.
    var sentence: String {
        switch self {
        case .exactlyOne(let names): "Exactly one of \(names.listed) is required."
        case .excludes(let one, let other): "'\(one)' and '\(other)' exclude each other."
        case .needs(let one, let other): "'\(one)' has no effect without '\(other)'."
        }
    }
}
