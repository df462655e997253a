/// XML that is written element by element, in parts of bounded size.
///
/// Characters that XML 1.0 cannot hold become U+FFFD. Source: XML 1.0, section 2.2.
struct XMLOutput {
    typealias Attributes = [(name: String, value: String)]

    private static let partSize = 64 << 10

    private var bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
    private var open: [String] = []

    mutating func start(_ name: String, _ attributes: Attributes = []) {
        tag(name, attributes)
        append(">\n")
        open.append(name)
    }

    /// Ends the innermost open element.
    mutating func end() {
        guard let name = open.popLast() else { return }
        indent()
        append("</")
        append(name)
        append(">\n")
    }

    /// Adds an element that has no elements in it.
    mutating func element(_ name: String, _ attributes: Attributes = [], text: String = "") {
        tag(name, attributes)
        guard !text.isEmpty else { return append("/>\n") }
        append(">")
        escape(text, inAttribute: false)
        append("</")
        append(name)
        append(">\n")
    }

    /// Passes a part to `sink` if it is large enough.
    mutating func flush<Failure: Error>(
        to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        if bytes.count >= XMLOutput.partSize { try finish(to: sink) }
    }

    /// Passes the rest to `sink`.
    mutating func finish<Failure: Error>(
        to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        guard !bytes.isEmpty else { return }
        try sink(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func tag(_ name: String, _ attributes: Attributes) {
        indent()
        append("<")
        append(name)
        for (name, value) in attributes {
            append(" ")
            append(name)
            append("=\"")
            escape(value, inAttribute: true)
            append("\"")
        }
    }

    private mutating func indent() {
        for _ in open { append("  ") }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Adds a text so that a parser returns the same text.
    ///
    /// A parser makes spaces of line ends in an attribute, and makes a line feed of a carriage return.
    private mutating func escape(_ text: String, inAttribute: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            // Also for "]]>", which a text cannot hold.
            case UInt8(ascii: ">"): append("&gt;")
            case UInt8(ascii: "\"") where inAttribute: append("&quot;")
            case 0x0D: append("&#13;")
            case 0x09 where inAttribute, 0x0A where inAttribute: append("&#\(byte);")
            case 0x09, 0x0A: bytes.append(byte)
            case ..<0x20: append("\u{FFFD}")
            // U+FFFE and U+FFFF are the bytes EF BF BE and EF BF BF; U+FFFD is EF BF BD.
            case 0xBE..<0xC0 where bytes.suffix(2).elementsEqual([0xEF, 0xBF]): bytes.append(0xBD)
            default: bytes.append(byte)
            }
        }
    }
}
