extension JSONTokens.Token {
    /// The type of the value that the token begins, with its article, for messages.
    package var kind: String {
        switch self {
        case .beginObject: "an object"
        case .beginArray: "a list"
        case .string: "a string"
        case .number: "a number"
        case .bool: "a boolean"
        case .null: "null"
        case .key: "a key"
        case .endObject, .endArray, .end: "the end"
        }
    }
}

extension JSONTokens {
    /// Takes the start of the next value, which `name` describes in a message, such as `"steps"`.
    ///
    /// - Parameters:
    ///   - start: `beginObject` or `beginArray`.
    ///   - name: The name of the value in a message.
    /// - Returns: `false` if the value is null.
    /// - Throws: `SyntaxFault` if the value has another type.
    package mutating func begin(_ start: Token, _ name: String) throws(SyntaxFault) -> Bool {
        let first = try next()
        guard first != .null else { return false }
        try require(first, start, name)
        return true
    }

    /// Checks the first token of a value, which is the one that was returned last.
    package func require(
        _ first: Token,
        _ start: Token,
        _ name: String
    ) throws(SyntaxFault) {
        guard first != start else { return }
        throw fault("expected \(start.kind) as \(name), found \(first.kind)")
    }

    /// Takes the next key of the innermost object; `nil` at the end of the object.
    package mutating func nextKey() throws(SyntaxFault) -> String? {
        if case .key(let key) = try next() { key } else { nil }
    }

    /// Takes the first token of the next element of the innermost list; `nil` at the end of the list.
    package mutating func nextElement() throws(SyntaxFault) -> Token? {
        let first = try next()
        return first == .endArray ? nil : first
    }

    /// Takes a value that is a text; a number or a boolean is the text of the document.
    ///
    /// - Parameter name: The name of the value in a message.
    /// - Returns: `nil` if the value is null.
    /// - Throws: `SyntaxFault` if the value is an object or a list.
    package mutating func text(_ name: String) throws(SyntaxFault) -> String? {
        let token = try next()
        switch token {
        case .string(let text), .number(let text): return text
        case .bool(let flag): return flag ? "true" : "false"
        case .null: return nil
        default: throw fault("expected a string as \(name), found \(token.kind)")
        }
    }
}
