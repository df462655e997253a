/// One component of a pattern, which matches one file name.
///
/// `*` matches any number of characters, `?` one character, `[abc]`, `[a-z]` and `[!a]` one of a set.
/// A backslash makes the next character literal. A leading dot in a name is not special:
/// CodeBuild's guide excludes them with `**/.*`, so its `**/*` matches them.
struct GlobComponent: Sendable, Hashable {
    private enum Token: Sendable, Hashable {
        case scalar(UInt32)
        case anyOne
        case anyRun
        case set([ClosedRange<UInt32>], negated: Bool)
    }

    private let tokens: [Token]

    /// The component as written.
    let text: [UInt8]

    /// The name, if the component has no wildcards.
    let literal: [UInt8]?

    init(_ text: some Collection<UInt8>) {
        var parser = Parser(scalars: GlobComponent.scalars(text)[...])
        tokens = parser.parse()
        self.text = Array(text)
        literal = GlobComponent.literalName(tokens)
    }

    /// Returns the component that matches exactly one name.
    static func plain(_ name: some Collection<UInt8>) -> GlobComponent {
        GlobComponent(escaped(name))
    }

    /// Returns a name with a backslash before every character that is special in patterns.
    static func escaped(_ name: some Collection<UInt8>) -> [UInt8] {
        name.reduce(into: []) { text, byte in
            if special.contains(byte) { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
    }

    private static let special = Set("*?[]{},\\".utf8)

    /// Whether the component matches every name.
    var matchesAll: Bool { !tokens.isEmpty && tokens.allSatisfy { $0 == .anyRun } }

    /// Returns whether the component matches a whole name.
    func matches(_ name: some Collection<UInt8>) -> Bool {
        if let literal { return name.elementsEqual(literal) }
        let scalars = GlobComponent.scalars(name)
        var position = 0
        var token = 0
        var retry: (token: Int, position: Int)?
        while position < scalars.count || token < tokens.count {
            if token < tokens.count {
                if case .anyRun = tokens[token] {
                    retry = (token, position)
                    token += 1
                    continue
                }
                if position < scalars.count, fits(tokens[token], scalars[position]) {
                    token += 1
                    position += 1
                    continue
                }
            }
            // Let the last `*` match one more character, and continue after it.
            guard let last = retry, last.position < scalars.count else { return false }
            retry = (last.token, last.position + 1)
            token = last.token + 1
            position = last.position + 1
        }
        return true
    }

    private func fits(_ token: Token, _ scalar: UInt32) -> Bool {
        switch token {
        case .scalar(let wanted): wanted == scalar
        case .anyOne: true
        case .anyRun: false
        case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }

    private static func literalName(_ tokens: [Token]) -> [UInt8]? {
        var name: [UInt8] = []
        for token in tokens {
            guard case .scalar(let scalar) = token else { return nil }
            if scalar >= rawByteBase {
                name.append(UInt8(truncatingIfNeeded: scalar))
            } else if let decoded = Unicode.Scalar(scalar) {
                name.append(contentsOf: Array(String(decoded).utf8))
            }
        }
        return name
    }

    /// Added to a byte that is not UTF-8, so that the byte counts as one character.
    private static let rawByteBase: UInt32 = 0x11_0000

    private static func scalars(_ bytes: some Collection<UInt8>) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(bytes.count)
        var decoder = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var consumed = bytes.startIndex
        while true {
            switch decoder.parseScalar(from: &rest) {
            case .valid(let encoded):
                result.append(Unicode.UTF8.decode(encoded).value)
                consumed = bytes.index(consumed, offsetBy: encoded.count)
            case .error(let length):
                for _ in 0..<length {
                    result.append(rawByteBase + UInt32(bytes[consumed]))
                    consumed = bytes.index(after: consumed)
                }
            case .emptyInput:
                return result
            }
        }
    }

    private struct Parser {
        var scalars: ArraySlice<UInt32>

        mutating func parse() -> [Token] {
            var tokens: [Token] = []
            while let scalar = scalars.popFirst() {
                switch scalar {
                case ascii("*"): if tokens.last != .anyRun { tokens.append(.anyRun) }
                case ascii("?"): tokens.append(.anyOne)
                case ascii("["): tokens.append(parseSet() ?? .scalar(scalar))
                case ascii("\\"): tokens.append(.scalar(scalars.popFirst() ?? scalar))
                default: tokens.append(.scalar(scalar))
                }
            }
            return tokens
        }

        /// Parses the set after a `[`; returns `nil` and consumes nothing if the set is not closed.
        private mutating func parseSet() -> Token? {
            var rest = scalars
            var ranges: [ClosedRange<UInt32>] = []
            let negated = rest.first == ascii("!") || rest.first == ascii("^")
            if negated { rest.removeFirst() }
            while let scalar = rest.popFirst() {
                if scalar == ascii("]"), !ranges.isEmpty {
                    scalars = rest
                    return .set(ranges, negated: negated)
                }
                let low = scalar == ascii("\\") ? rest.popFirst() ?? scalar : scalar
                var high = low
                let next = rest.index(after: rest.startIndex)
                if rest.first == ascii("-"), next < rest.endIndex, rest[next] != ascii("]") {
                    high = rest[next]
                    rest = rest[(next + 1)...]
                }
                ranges.append(min(low, high)...max(low, high))
            }
            return nil
        }

        private func ascii(_ scalar: Unicode.Scalar) -> UInt32 { scalar.value }
    }
}
