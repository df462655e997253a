internal import CExpat

/// Reads XML through expat: every element's path and text, as it ends.
struct XMLReader {
    /// Elements below this depth, and texts above this size, are no service's.
    private static let deepest = 16
    private static let longest = 1 << 16

    private final class State {
        var path: [String] = []
        var texts: [[UInt8]] = []
        var isRefused = false
        let take: (_ path: [String], _ text: String) -> Void

        init(_ take: @escaping (_ path: [String], _ text: String) -> Void) {
            self.take = take
        }
    }

    /// Reads a document.
    ///
    /// A document with a type of its own is refused, and so are its entities.
    ///
    /// - Parameters:
    ///   - bytes: the document.
    ///   - take: is handed the names from the root to each element, and the text right in it.
    /// - Returns: whether it is well-formed to its end.
    static func read(
        _ bytes: [UInt8],
        _ take: @escaping (_ path: [String], _ text: String) -> Void
    ) -> Bool {
        guard bytes.count <= Int32.max, let parser = unsafe XML_ParserCreate(nil) else {
            return false
        }
        defer { unsafe XML_ParserFree(parser) }
        let state = State(take)
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
        unsafe XML_SetElementHandler(
            parser,
            { context, name, _ in unsafe XMLReader.began(context, name) },
            { context, _ in unsafe XMLReader.ended(context) }
        )
        unsafe XML_SetCharacterDataHandler(parser) { context, text, count in
            unsafe XMLReader.found(context, text, count)
        }
        unsafe XML_SetDoctypeDeclHandler(
            parser,
            { context, _, _, _, _ in unsafe XMLReader.state(context)?.isRefused = true },
            { _ in }
        )
        let isRead = withExtendedLifetime(state) {
            unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                return unsafe XML_Parse(parser, start, Int32(buffer.count), 1) == XML_STATUS_OK
            }
        }
        return isRead && !state.isRefused
    }

    private static func state(_ context: UnsafeMutableRawPointer?) -> State? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<State>.fromOpaque(context).takeUnretainedValue()
    }

    private static func began(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) {
        guard let state = unsafe state(context), let name = unsafe name else { return }
        state.path.append(unsafe String(cString: name))
        state.texts.append([])
        if state.path.count > deepest { state.isRefused = true }
    }

    private static func found(
        _ context: UnsafeMutableRawPointer?,
        _ text: UnsafePointer<CChar>?,
        _ count: Int32
    ) {
        guard let state = unsafe state(context), !state.texts.isEmpty else { return }
        let last = state.texts.count - 1
        guard state.texts[last].count + Int(count) <= longest else {
            state.isRefused = true
            return
        }
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(count))
        unsafe state.texts[last].append(contentsOf: bytes)
    }

    private static func ended(_ context: UnsafeMutableRawPointer?) {
        guard let state = unsafe state(context), let text = state.texts.popLast() else { return }
        if !state.isRefused { state.take(state.path, String(decoding: text, as: UTF8.self)) }
        state.path.removeLast()
    }
}
