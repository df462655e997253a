extension KeyTable {
    /// Returns the JSON Schema of a buildspec, for editors and validators.
    ///
    /// The schema is valid in draft-07 and has the same meaning in 2020-12. A text can be a string,
    /// a number or a boolean, because an editor converts scalars to types before the validation.
    public static func jsonSchema() -> String {
        let schema = JSONText.object(
            [
                ("$schema", .string("http://json-schema.org/draft-07/schema#")),
                ("title", .string("AWS CodeBuild buildspec")),
                (
                    "description",
                    .string(
                        "A buildspec of version 0.1 or 0.2; generated from the key table of 'buildspec'."
                    )
                ),
            ] + members(of: root) + [("definitions", .object(definitions))]
        )
        return schema.pretty + "\n"
    }

    private static var definitions: [(String, JSONText)] {
        var names: Set<String> = [root.name]
        return shapes(in: root).filter { names.insert($0.name).inserted }
            .map { ($0.name, .object(members(of: $0))) }
    }

    /// Returns all shapes below a shape, in the order of the reference page.
    static func shapes(in shape: KeyShape) -> [KeyShape] {
        shape.rows.flatMap { shapes(in: $0.kind) }
    }

    private static func shapes(in kind: KeyKind) -> [KeyShape] {
        switch kind {
        case .mapping(let shape), .list(let shape): [shape] + shapes(in: shape)
        case .names(_, let value): shapes(in: value)
        default: []
        }
    }

    private static func members(of shape: KeyShape) -> [(String, JSONText)] {
        let required = shape.rows.filter(\.isRequired).map { JSONText.string($0.name) }
        var members: [(String, JSONText)] = [
            ("type", .string("object")),
            ("properties", .object(shape.rows.map { ($0.name, schema(of: $0)) })),
            ("additionalProperties", .bool(false)),
        ]
        if !required.isEmpty { members.append(("required", .array(required))) }
        return members + shape.relations.flatMap(relationMembers)
    }

    private static func relationMembers(_ relation: KeyRelation) -> [(String, JSONText)] {
        func required(_ names: [String]) -> JSONText {
            .object([("required", .array(names.map(JSONText.string)))])
        }
        switch relation {
        case .exactlyOne(let names): return [("oneOf", .array(names.map { required([$0]) }))]
        case .excludes(let one, let other): return [("not", required([one, other]))]
        case .needs(let one, let other):
            return [("if", required([one])), ("then", required([other]))]
        }
    }

    private static func schema(of row: KeyRow) -> JSONText {
        var text = [row.summary] + row.notes
        if let value = row.defaultValue { text.append("Default: \(value).") }
        return .object(
            [("description", .string(text.joined(separator: "\n\n")))] + members(of: row.kind)
        )
    }

    private static let scalarTypes = ["string", "number", "boolean"].map(JSONText.string)
    private static let text = JSONText.object([("type", .array(scalarTypes))])

    private static func members(of kind: KeyKind) -> [(String, JSONText)] {
        switch kind {
        case .text: [("type", .array(scalarTypes))]
        case .flag: [("enum", .array(flagValues))]
        case .integer(let range):
            [
                ("type", .string("integer")),
                ("minimum", .number("\(range.lowerBound)")),
                ("maximum", .number("\(range.upperBound)")),
            ]
        case .choice(let values, _, let isOpen): members(ofChoice: values, isOpen: isOpen)
        case .pattern(_, let expression):
            [("type", .string("string")), ("pattern", .string(expression))]
        case .texts(let minimum, let maximum, let acceptsOne):
            members(ofTexts: minimum, maximum, acceptsOne: acceptsOne)
        case .commands:
            [
                ("type", .array([.string("array"), .string("null")])),
                ("items", .object([("type", .array(scalarTypes + [.string("null")]))])),
            ]
        case .names(let name, let value): members(ofNames: name, value)
        case .mapping(let shape): [reference(to: shape)]
        case .list(let shape):
            [
                ("type", .string("array")), ("items", .object([reference(to: shape)])),
                ("minItems", .number("1")),
            ]
        }
    }

    /// Returns a reference inside `allOf`, because draft-07 ignores other members next to `$ref`.
    private static func reference(to shape: KeyShape) -> (String, JSONText) {
        ("allOf", .array([.object([("$ref", .string("#/definitions/\(shape.name)"))])]))
    }

    private static func members(ofChoice texts: [String], isOpen: Bool) -> [(String, JSONText)] {
        let numbers = texts.allSatisfy { Double($0) != nil } ? texts.map(JSONText.number) : []
        let values = JSONText.array(numbers + texts.map(JSONText.string))
        guard isOpen else { return [("enum", values)] }
        let anyText = JSONText.object([("type", .string("string"))])
        return [("anyOf", .array([.object([("enum", values)]), anyText]))]
    }

    private static func members(
        ofTexts minimum: Int,
        _ maximum: Int?,
        acceptsOne: Bool
    ) -> [(String, JSONText)] {
        var list: [(String, JSONText)] = [("type", .string("array")), ("items", text)]
        if minimum > 0 { list.append(("minItems", .number("\(minimum)"))) }
        if let maximum { list.append(("maxItems", .number("\(maximum)"))) }
        return acceptsOne ? [("anyOf", .array([.object(list), text]))] : list
    }

    private static func members(ofNames name: NameKind, _ value: KeyKind) -> [(String, JSONText)] {
        let type: JSONText =
            name.canBeNull ? .array([.string("object"), .string("null")]) : .string("object")
        var members: [(String, JSONText)] = [
            ("type", type), ("additionalProperties", .object(self.members(of: value))),
        ]
        if let expression = name.expression {
            members.append(("propertyNames", .object([("pattern", .string(expression))])))
        }
        if let maximum = name.maximum { members.append(("maxProperties", .number("\(maximum)"))) }
        return members
    }

    private static let flagValues: [JSONText] =
        [.bool(true), .bool(false)]
        + ["yes", "no", "on", "off", "true", "false"].flatMap { word in
            [word, word.prefix(1).uppercased() + word.dropFirst(), word.uppercased()].map(
                JSONText.string
            )
        }
}
