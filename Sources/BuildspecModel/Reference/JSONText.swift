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
        var result: [UInt8] = []
        appendQuoted(text.utf8, to: &result)
        return String(decoding: result, as: UTF8.self)
    }

    /// Appends UTF-8 text as a JSON string; on bytes, because commands can write much output.
    package static func appendQuoted(_ text: some Collection<UInt8>, to line: inout [UInt8]) {
        line.reserveCapacity(line.count + text.count + text.count / 16 + 16)
        line.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): line += "\\n".utf8
            case UInt8(ascii: "\r"): line += "\\r".utf8
            case UInt8(ascii: "\t"): line += "\\t".utf8
            case 0..<0x20, 0x7F:
                line += (byte < 0x10 ? "\\u000" : "\\u00").utf8
                line += String(byte, radix: 16).utf8
            // U+2028 and U+2029 end a line for some readers.
            case _ where byte & 0xFE == 0xA8 && line.suffix(2) == [0xE2, 0x80]:
                line.removeLast(2)
                line += "\\u202\(byte - 0xA0)".utf8
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }
}
