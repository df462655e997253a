internal import CExpat

/// A reader of XML on expat, which reports the path and text of every element at the element's end.
struct XMLReader {
    /// The deepest element that is accepted; no service nests deeper.
    private static let maxDepth = 16
    /// The longest text of an element in bytes that is accepted.
    private static let maxTextSize = 1 << 16

    private final class State {
        var path: [String] = []
        var texts: [[UInt8]] = []
        var isRejected = false
        let onElement: (_ path: [String], _ text: String) -> Void

        init(_ onElement: @escaping (_ path: [String], _ text: String) -> Void) {
            self.onElement = onElement
        }
    }

    /// Reads a document, and returns whether it is well-formed and within the limits.
    ///
    /// A document with a DOCTYPE is rejected, because the DOCTYPE can define entities. `onElement`
    /// receives the names from the root to each element, and the text directly in the element.
    static func read(
        _ bytes: [UInt8],
        _ onElement: @escaping (_ path: [String], _ text: String) -> Void
    ) -> Bool {
        guard bytes.count <= Int32.max, let parser = unsafe XML_ParserCreate(nil) else {
            return false
        }
        defer { unsafe XML_ParserFree(parser) }
        let state = State(onElement)
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
        unsafe XML_SetElementHandler(
            parser,
            { context, name, _ in unsafe XMLReader.startElement(context, name) },
            { context, _ in unsafe XMLReader.endElement(context) }
        )
        unsafe XML_SetCharacterDataHandler(parser) { context, text, count in
            unsafe XMLReader.appendText(context, text, count)
        }
        unsafe XML_SetDoctypeDeclHandler(
            parser,
            { context, _, _, _, _ in unsafe XMLReader.state(context)?.isRejected = true },
            { _ in }
        )
        let isRead = withExtendedLifetime(state) {
            unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                return unsafe XML_Parse(parser, start, Int32(buffer.count), 1) == XML_STATUS_OK
            }
        }
        return isRead && !state.isRejected
    }

    private static func state(_ context: UnsafeMutableRawPointer?) -> State? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<State>.fromOpaque(context).takeUnretainedValue()
    }

    private static func startElement(
        _ context: UnsafeMutableRawPointer?,
        _ name: UnsafePointer<CChar>?
    ) {
        guard let state = unsafe state(context), let name = unsafe name else { return }
        state.path.append(unsafe String(cString: name))
        state.texts.append([])
        if state.path.count > maxDepth { state.isRejected = true }
    }

    private static func appendText(
        _ context: UnsafeMutableRawPointer?,
        _ text: UnsafePointer<CChar>?,
        _ count: Int32
    ) {
        guard let state = unsafe state(context), !state.texts.isEmpty else { return }
        let last = state.texts.count - 1
        guard state.texts[last].count + Int(count) <= maxTextSize else {
            state.isRejected = true
            return
        }
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(count))
        unsafe state.texts[last].append(contentsOf: bytes)
    }

    private static func endElement(_ context: UnsafeMutableRawPointer?) {
        guard let state = unsafe state(context), let text = state.texts.popLast() else { return }
        if !state.isRejected { state.onElement(state.path, String(decoding: text, as: UTF8.self)) }
        state.path.removeLast()
    }
}
