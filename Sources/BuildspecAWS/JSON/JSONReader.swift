internal import BuildspecSyntax

/// A strict parser of one JSON text that accepts any bytes as input.
///
/// Source: RFC 8259.
struct JSONReader {
    /// The deepest nesting that is accepted, so that a malicious text cannot exhaust the stack.
    private static let maxDepth = 100

    private var tokens: JSONTokens

    init(_ bytes: [UInt8]) {
        tokens = JSONTokens(
            MemorySource(bytes),
            limits: JSONTokens.Limits(depth: JSONReader.maxDepth, stringSize: .max, keySize: .max)
        )
    }

    mutating func document() -> JSONValue? {
        guard let result = try? value(tokens.next()), (try? tokens.next()) == .end else {
            return nil
        }
        return result
    }

    private mutating func value(_ first: JSONTokens.Token) throws(SyntaxFault) -> JSONValue {
        switch first {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .number(let digits): return .number(digits)
        case .string(let text): return .string(text)
        case .beginArray:
            var items: [JSONValue] = []
            while let item = try tokens.nextElement() { items.append(try value(item)) }
            return .array(items)
        case .beginObject:
            var members: [String: JSONValue] = [:]
            while let name = try tokens.nextKey() { members[name] = try value(tokens.next()) }
            return .object(members)
        case .key, .endObject, .endArray, .end: throw tokens.fault("expected a value")
        }
    }
}
