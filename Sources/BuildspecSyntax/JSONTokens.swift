/// A reader of JSON that returns one token after the other and keeps none.
///
/// It reads its source part by part, and a token can span parts. It accepts exactly what RFC 8259
/// does: UTF-8, no comments and no comma at the end of a list.
package struct JSONTokens {
    package enum Token: Sendable, Equatable {
        case beginObject
        case endObject
        case beginArray
        case endArray
        /// The name of a member; its value comes next.
        case key(String)
        case string(String)
        /// A number as the document writes it.
        case number(String)
        case bool(Bool)
        case null
        /// The end of the document, which every later call returns again.
        case end
    }

    /// How much of a document is accepted and kept.
    package struct Limits: Sendable {
        /// The deepest nesting.
        package var depth: Int
        /// The most bytes of a string; the rest is dropped.
        package var stringSize: Int
        /// The most bytes of a key and of a number; a longer one is an error.
        package var keySize: Int

        package init(depth: Int = 1_000, stringSize: Int = 1 << 20, keySize: Int = 64 << 10) {
            self.depth = depth
            self.stringSize = stringSize
            self.keySize = keySize
        }
    }

    private enum State {
        /// At the start of the document, before the mark that says that it is UTF-8.
        case start
        case value
        /// After `[`, where the list can end.
        case firstValue
        case key
        /// After `{`, where the object can end.
        case firstKey
        /// After a value in a list or an object.
        case separator
        case end
    }

    private let limits: Limits
    private let acceptsMark: Bool

    private var cursor: JSONCursor
    /// The line and the column of the token that was returned last.
    private var tokenStart = (line: 1, column: 1)
    private var state = State.start
    /// Whether each open container is an object.
    private var objects: [Bool] = []

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - source: The bytes of one document.
    ///   - limits: How much is accepted and kept.
    ///   - acceptsMark: Whether the document can begin with the byte order mark of UTF-8.
    package init(_ source: any ByteSource, limits: Limits = Limits(), acceptsMark: Bool = false) {
        cursor = JSONCursor(source)
        self.limits = limits
        self.acceptsMark = acceptsMark
    }

    /// The line of the token that was returned last.
    package var line: Int { tokenStart.line }

    /// Returns the next token.
    package mutating func next() throws(SyntaxFault) -> Token {
        try read(isKept: true)
    }

    /// Skips a value with everything in it; its strings are checked and not kept.
    package mutating func skipValue() throws(SyntaxFault) {
        try skipRest(of: read(isKept: false))
    }

    /// Skips what comes after the first token of a value.
    package mutating func skipRest(of first: Token) throws(SyntaxFault) {
        guard first == .beginObject || first == .beginArray else { return }
        let depth = objects.count
        while objects.count >= depth { _ = try read(isKept: false) }
    }

    /// Makes a fault at the start of the token that was returned last.
    package func fault(_ reason: String) -> SyntaxFault {
        SyntaxFault(line: tokenStart.line, column: tokenStart.column, reason: reason)
    }
}

extension JSONTokens {
    private mutating func read(isKept: Bool) throws(SyntaxFault) -> Token {
        if state == .start { try start() }
        var byte = cursor.skipSpace()
        if state == .separator, byte == UInt8(ascii: ",") {
            cursor.advance()
            state = objects.last == true ? .key : .value
            byte = cursor.skipSpace()
        }
        tokenStart = cursor.here
        switch (state, byte) {
        case (.separator, UInt8(ascii: "}")), (.firstKey, UInt8(ascii: "}")):
            return try close(isObject: true)
        case (.separator, UInt8(ascii: "]")), (.firstValue, UInt8(ascii: "]")):
            return try close(isObject: false)
        case (.separator, _):
            throw cursor.unexpected(objects.last == true ? "',' or '}'" : "',' or ']'")
        case (.key, UInt8(ascii: "\"")), (.firstKey, UInt8(ascii: "\"")):
            return try key(isKept)
        case (.key, _): throw cursor.unexpected("a key in quotes")
        case (.firstKey, _): throw cursor.unexpected("a key in quotes or '}'")
        case (.end, nil): return .end
        case (.end, _): throw cursor.unexpected("the end of the document")
        default: return try value(byte, isKept)
        }
    }

    private mutating func start() throws(SyntaxFault) {
        switch cursor.peek() {
        case nil: throw fault("the file is empty")
        case 0xEF where acceptsMark:
            guard cursor.takeMark() else { throw cursor.notUTF8 }
        case 0xFE, 0xFF: throw cursor.fault("expected UTF-8, found UTF-16")
        default: break
        }
        state = .value
    }

    private mutating func value(_ byte: UInt8?, _ isKept: Bool) throws(SyntaxFault) -> Token {
        switch byte {
        case UInt8(ascii: "{"): return try open(isObject: true)
        case UInt8(ascii: "["): return try open(isObject: false)
        default: break
        }
        let token: Token
        switch byte {
        case UInt8(ascii: "\""):
            token = .string(try cursor.string(limit: isKept ? limits.stringSize : 0))
        case UInt8(ascii: "t"): token = try literal("true", .bool(true))
        case UInt8(ascii: "f"): token = try literal("false", .bool(false))
        case UInt8(ascii: "n"): token = try literal("null", .null)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            token = .number(try number(isKept))
        default: throw cursor.unexpected(state == .firstValue ? "a value or ']'" : "a value")
        }
        endValue()
        return token
    }

    private mutating func open(isObject: Bool) throws(SyntaxFault) -> Token {
        guard objects.count < limits.depth else {
            throw fault("values are nested more than \(limits.depth) deep")
        }
        cursor.advance()
        objects.append(isObject)
        state = isObject ? .firstKey : .firstValue
        return isObject ? .beginObject : .beginArray
    }

    private mutating func close(isObject: Bool) throws(SyntaxFault) -> Token {
        guard objects.popLast() == isObject else {
            throw cursor.unexpected(isObject ? "',' or ']'" : "',' or '}'")
        }
        cursor.advance()
        endValue()
        return isObject ? .endObject : .endArray
    }

    private mutating func endValue() {
        state = objects.isEmpty ? .end : .separator
    }

    private mutating func key(_ isKept: Bool) throws(SyntaxFault) -> Token {
        let key = try cursor.string(limit: isKept ? limits.keySize : 0)
        guard cursor.text.size <= limits.keySize else {
            throw fault("a key is longer than \(limits.keySize) bytes")
        }
        _ = cursor.skipSpace()
        guard cursor.take(UInt8(ascii: ":")) else { throw cursor.unexpected("':' after a key") }
        state = .value
        return .key(key)
    }

    private mutating func literal(_ name: String, _ token: Token) throws(SyntaxFault) -> Token {
        for byte in name.utf8 {
            guard cursor.take(byte) else { throw cursor.unexpected("'\(name)'") }
        }
        return token
    }

    private mutating func number(_ isKept: Bool) throws(SyntaxFault) -> String {
        let number = try cursor.number(limit: isKept ? limits.keySize : 0)
        guard cursor.text.size <= limits.keySize else {
            throw fault("a number is longer than \(limits.keySize) bytes")
        }
        return number
    }
}
