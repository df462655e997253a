/// A JSON value with ordered keys, for writing JSON text.
package indirect enum JSONText: Sendable {
    case object([(String, JSONText)])
    case array([JSONText])
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    /// The JSON text, indented by two spaces a level; empty and short lists stay on one line.
    package var pretty: String { text(indent: 0) }

    /// The JSON text on one line.
    package var compact: String { text(indent: nil) }

    private func text(indent: Int?) -> String {
        switch self {
        case .object(let pairs):
            joined(
                pairs.map {
                    "\(JSONText.quoted($0))\(indent == nil ? ":" : ": ")\($1.text(indent: indent.map { $0 + 2 }))"
                },
                "{",
                "}",
                indent: indent
            )
        case .array(let items):
            joined(
                items.map { $0.text(indent: indent.map { $0 + 2 }) },
                "[",
                "]",
                indent: items.allSatisfy(\.isLeaf) && items.count < 5 ? nil : indent,
                separator: indent == nil ? "," : ", "
            )
        case .string(let text): JSONText.quoted(text)
        case .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        }
    }

    private var isLeaf: Bool {
        switch self {
        case .object, .array: false
        default: true
        }
    }

    private func joined(
        _ parts: [String],
        _ open: String,
        _ close: String,
        indent: Int?,
        separator: String = ","
    ) -> String {
        guard let indent, !parts.isEmpty else {
            return open + parts.joined(separator: separator) + close
        }
        let lead = "\n" + String(repeating: " ", count: indent + 2)
        let end = "\n" + String(repeating: " ", count: indent)
        return open + parts.map { lead + $0 }.joined(separator: ",") + end + close
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<" ", "\u{7F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
