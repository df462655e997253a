import TestSupport

@testable import BuildspecModel

/// A generator of random trees, which prints trees as YAML in random styles.
struct YAMLGenerator {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private static let words = [
        "make", "echo \"a: b\"", "0.2", "3.10", "yes", "~", "", "null", "a #b", "- x", "'q'",
        "# no",
        "ä€😀", "$(x)", "two\nlines", "ends\n", "\n\nstarts", "a\\", "%x", "@y", "!z", "&a", "*b",
        "|",
        "{a}", "[b]", " padded ", "tab\there", "key:", "?", "-", "---", "line\n  deeper\nback\n",
        "\u{85}",
    ]

    /// Generates a tree of at most `depth` levels, whose ranges have no meaning.
    mutating func node(depth: Int) -> Node {
        let choice = depth == 0 ? 0 : Int.random(in: 0..<4, using: &random)
        switch choice {
        case 2:
            let items = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                node(depth: depth - 1)
            }
            return Node(content: .sequence(items), range: .start)
        case 3:
            var mapping = Mapping()
            for index in 0..<Int.random(in: 0..<4, using: &random) {
                let name = random.pick(YAMLGenerator.words) + "\(index)"
                let value = node(depth: depth - 1)
                mapping.pairs.append(Mapping.Pair(name: name, keyRange: .start, value: value))
            }
            return Node(content: .mapping(mapping), range: .start)
        default:
            let scalar = Scalar(text: random.pick(YAMLGenerator.words), style: .doubleQuoted)
            return Node(content: .scalar(scalar), range: .start)
        }
    }

    /// Prints a tree as YAML.
    mutating func print(_ node: Node) -> String { block(node, indent: 0) + "\n" }

    /// Prints a node after `key:` or `-`, or at the top.
    private mutating func block(_ node: Node, indent: Int) -> String {
        let lead = String(repeating: " ", count: indent)
        switch node.content {
        case .scalar(let scalar): return lead + self.scalar(scalar.text, indent: indent)
        case .sequence(let items) where items.isEmpty || random.oneIn(4):
            return lead + flow(node)
        case .sequence(let items):
            return items.map { "\(lead)-\(child($0, indent: indent))" }.joined(separator: "\n")
        case .mapping(let mapping) where mapping.pairs.isEmpty || random.oneIn(4):
            return lead + flow(node)
        case .mapping(let mapping):
            return mapping.pairs.map {
                "\(lead)\(quoted($0.name)):\(child($0.value, indent: indent))"
            }
            .joined(separator: "\n")
        }
    }

    private mutating func child(_ node: Node, indent: Int) -> String {
        let step = Int.random(in: 1...3, using: &random)
        let comment = random.oneIn(6) ? " # comment" : ""
        if node.scalar != nil {
            return " " + block(node, indent: indent + step).drop { $0 == " " }
        }
        return "\(comment)\n" + block(node, indent: indent + step)
    }

    private mutating func flow(_ node: Node) -> String {
        switch node.content {
        case .scalar(let scalar): quoted(scalar.text)
        case .sequence(let items): "[" + items.map { flow($0) }.joined(separator: ", ") + "]"
        case .mapping(let mapping):
            "{"
                + mapping.pairs.map { "\(quoted($0.name)): \(flow($0.value))" }.joined(
                    separator: ", "
                ) + "}"
        }
    }

    private mutating func scalar(_ text: String, indent: Int) -> String {
        let isSimple =
            !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        if isSimple, !random.oneIn(3) { return text }
        let isBlock =
            text.hasSuffix("\n") && !text.hasPrefix("\n") && !text.hasPrefix(" ")
            && text.allSatisfy { $0 == "\n" || $0.isASCII && $0 >= " " }
        guard isBlock, !random.oneIn(3) else { return quoted(text) }
        let lead = "\n" + String(repeating: " ", count: indent + 2)
        return "|"
            + text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "\n" : lead + $0 }.joined()
    }

    private mutating func quoted(_ text: String) -> String {
        if text.allSatisfy({ $0.isASCII && $0 >= " " }), !random.oneIn(3) {
            return "'" + text.replacing("'", with: "''") + "'"
        }
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\n": "\\n"
            case "\t": "\\t"
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\u{85}": "\\N"
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}

extension Array where Element == UInt8 {
    /// Returns the bytes with a few random changes.
    func mutated(using random: inout SplitMix64) -> [UInt8] {
        var bytes = self
        let signs = [UInt8](" \n\t:-#'\"[]{}&*!|>%@`,?\\a0\r".utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.remove(at: index)
            case 1: bytes[index] = random.pick(signs)
            case 2: bytes.insert(random.pick(signs), at: index)
            default:
                let end = Swift.min(bytes.count, index + Int.random(in: 1...20, using: &random))
                bytes.insert(
                    contentsOf: bytes[index..<end],
                    at: Int.random(in: 0...index, using: &random)
                )
            }
        }
        return bytes
    }
}
