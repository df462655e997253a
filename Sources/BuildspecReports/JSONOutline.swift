/// The first values of a document in JSON, which can end early and is not checked.
struct JSONOutline {
    /// A value with the names that lead to it.
    struct Value {
        /// The names from the top; an element of a list is `element`, and the top has no names.
        var path: [String]
        /// The first byte of the value, such as `{`.
        var first: UInt8
    }

    static let element = "[]"
    /// The most names in a path; deeper values are skipped.
    private static let maxDepth = 4

    private let text: ArraySlice<UInt8>
    private var position: Int
    /// Whether each open container is a list.
    private var lists: [Bool] = []
    /// The name of the current value in each open container.
    private var path: [String] = []

    private init(_ text: ArraySlice<UInt8>) {
        self.text = text
        position = text.startIndex
    }

    /// Passes values to `visit` in the order of the document, until it returns `false`.
    static func scan(_ text: ArraySlice<UInt8>, _ visit: (Value) -> Bool) {
        var outline = JSONOutline(text)
        while outline.position < text.endIndex, outline.step(visit) {}
    }

    /// Reads a token, and returns whether another one is needed.
    private mutating func step(_ visit: (Value) -> Bool) -> Bool {
        let byte = text[position]
        switch byte {
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            position += 1
            lists = lists.dropLast()
            path.removeLast(max(path.count - lists.count, 0))
            return !lists.isEmpty
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: " "), 0x09...0x0D:
            position += 1
            return true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            position += 1
            let needsMore = report(byte, visit)
            lists.append(byte == UInt8(ascii: "["))
            return needsMore
        case UInt8(ascii: "\""):
            let text = readText()
            guard isName else { return report(byte, visit) }
            if lists.count <= JSONOutline.maxDepth { name(String(decoding: text, as: UTF8.self)) }
            return true
        default:
            skipWord()
            return report(byte, visit)
        }
    }

    private mutating func report(_ first: UInt8, _ visit: (Value) -> Bool) -> Bool {
        guard lists.count <= JSONOutline.maxDepth else { return true }
        if lists.last == true { name(JSONOutline.element) }
        return visit(Value(path: path, first: first))
    }

    /// Names the value that comes next in the innermost container.
    private mutating func name(_ name: String) {
        if path.count == lists.count { path.removeLast() }
        path.append(name)
    }

    /// Whether a text that was just read is the name of a value.
    private var isName: Bool {
        let next = text[position...].first { $0 != UInt8(ascii: " ") && !(0x09...0x0D ~= $0) }
        return lists.last == false && next == UInt8(ascii: ":")
    }

    /// Reads a text in quotes, with its escapes as they are.
    private mutating func readText() -> ArraySlice<UInt8> {
        position += 1
        let start = position
        while position < text.endIndex, text[position] != UInt8(ascii: "\"") {
            let isEscape = text[position] == UInt8(ascii: "\\")
            position = min(position + (isEscape ? 2 : 1), text.endIndex)
        }
        let end = position
        position = min(position + 1, text.endIndex)
        return text[start..<end]
    }

    /// Skips a number or a literal.
    private mutating func skipWord() {
        position =
            text[(position + 1)...].firstIndex { byte in
                switch byte {
                case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: " "):
                    true
                case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), 0x09...0x0D: true
                default: false
                }
            } ?? text.endIndex
    }
}
