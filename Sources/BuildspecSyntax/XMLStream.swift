internal import CExpat

/// Receives the elements of a document in document order.
package protocol XMLHandler: AnyObject {
    /// Receives the start of an element, and returns whether its text is collected.
    ///
    /// `depth` is 0 for the root.
    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText
    /// Receives the end of an element; `text` is `nil` unless it was collected for this element.
    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault)
}

/// Whether the text of an element is collected, with the text of the elements in it.
package enum XMLText {
    case ignored
    case collected
}

/// A reader of XML on expat that passes elements to a handler and keeps nothing.
///
/// Entities are never read: a document that declares one is refused, so neither a file nor a network
/// address nor an expansion can be named. A DOCTYPE without entities is accepted and not fetched.
@safe package final class XMLStream {
    /// The most bytes of one tag, comment or attribute.
    package static let maxTokenSize = 16 << 20
    /// The deepest element.
    package static let maxDepth = 1_000
    /// The most bytes of collected text; the rest is dropped.
    package static let maxTextSize = 1 << 16

    private let parser: OpaquePointer
    private let handler: any XMLHandler
    private var depth = 0
    /// The depth of the element whose text is collected, and its text.
    private var collecting: (depth: Int, text: [UInt8])?
    private var fault: SyntaxFault?
    private var fed: Int64 = 0

    private init?(_ handler: any XMLHandler) {
        guard let parser = unsafe XML_ParserCreate(nil) else { return nil }
        unsafe self.parser = parser
        self.handler = handler
    }

    deinit {
        unsafe XML_ParserFree(parser)
    }

    /// Reads a document and passes its elements to `handler`.
    ///
    /// - Throws: `SyntaxFault` if the document is not well-formed, passes a limit or declares an entity,
    ///   or if the handler throws.
    package static func read(
        _ source: any ByteSource,
        _ handler: any XMLHandler
    ) throws(SyntaxFault) {
        guard let stream = XMLStream(handler) else {
            throw SyntaxFault(line: 1, column: 1, reason: "the memory does not suffice")
        }
        stream.setCallbacks()
        var isEmpty = true
        while true {
            let chunk = source.next()
            if chunk.isEmpty && isEmpty {
                throw SyntaxFault(line: 1, column: 1, reason: "the file is empty")
            }
            isEmpty = false
            try stream.parse(chunk)
            if chunk.isEmpty { return }
        }
    }

    private func parse(_ chunk: [UInt8]) throws(SyntaxFault) {
        // One call takes at most 2 GB, and a source can return any number of bytes.
        var start = 0
        repeat {
            let end = min(chunk.count, start + (1 << 20))
            let status = unsafe chunk.withUnsafeBytes { buffer in
                let base = unsafe buffer.baseAddress.map { unsafe $0 + start }
                return unsafe XML_Parse(
                    parser,
                    base?.assumingMemoryBound(to: CChar.self),
                    CInt(end - start),
                    chunk.isEmpty ? 1 : 0
                )
            }
            fed += Int64(end - start)
            if let fault { throw fault }
            if status != XML_STATUS_OK { throw position(parserReason) }
            let position = Int64(unsafe XML_GetCurrentByteIndex(parser))
            if position >= 0, fed - position > Int64(XMLStream.maxTokenSize) {
                throw self.position("a tag, an attribute or a comment is larger than 16 MB")
            }
            start = end
        } while start < chunk.count
    }

    /// The reason of expat, such as `mismatched tag`.
    private var parserReason: String {
        let text = unsafe XML_ErrorString(XML_GetErrorCode(parser))
        return unsafe text.map { unsafe String(cString: $0) } ?? "not well-formed"
    }

    private func position(_ reason: String) -> SyntaxFault {
        let line = unsafe XML_GetCurrentLineNumber(parser)
        let column = unsafe XML_GetCurrentColumnNumber(parser)
        return SyntaxFault(
            line: max(Int(clamping: line), 1),
            column: Int(clamping: column) + 1,
            reason: reason
        )
    }

    private func stop(_ reason: String) {
        guard fault == nil else { return }
        fault = position(reason)
        _ = unsafe XML_StopParser(parser, 0)
    }

    private func start(
        _ name: UnsafePointer<CChar>,
        _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>
    ) {
        guard fault == nil else { return }
        guard depth <= XMLStream.maxDepth else {
            stop("elements are nested more than \(XMLStream.maxDepth) deep")
            return
        }
        do {
            let text = try unsafe handler.start(XMLElement(name, attributes), depth: depth)
            if text == .collected, collecting == nil { collecting = (depth, []) }
            depth += 1
        } catch {
            stop(error.reason)
        }
    }

    private func end(_ name: UnsafePointer<CChar>) {
        guard fault == nil else { return }
        depth -= 1
        var text: String?
        if let collected = collecting, collected.depth == depth {
            text = String(decoding: collected.text, as: UTF8.self)
            collecting = nil
        }
        do {
            try unsafe handler.end(XMLName(name), depth: depth, text: text)
        } catch {
            stop(error.reason)
        }
    }

    private func append(_ text: UnsafePointer<CChar>, _ count: CInt) {
        guard let size = collecting?.text.count, size < XMLStream.maxTextSize else { return }
        let kept = min(Int(count), XMLStream.maxTextSize - size)
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: kept)
        unsafe collecting?.text.append(contentsOf: bytes)
    }

    /// Calls `body` with the stream of a callback, without a change of its reference count.
    private static func with(_ context: UnsafeMutableRawPointer?, _ body: (XMLStream) -> Void) {
        guard let context = unsafe context else { return }
        unsafe Unmanaged<XMLStream>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
    }

    private func setCallbacks() {
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(
            parser,
            { context, name, attributes in
                guard let name = unsafe name, let attributes = unsafe attributes else { return }
                unsafe XMLStream.with(context) { unsafe $0.start(name, attributes) }
            },
            { context, name in
                guard let name = unsafe name else { return }
                unsafe XMLStream.with(context) { unsafe $0.end(name) }
            }
        )
        unsafe XML_SetCharacterDataHandler(parser) { context, text, count in
            guard let text = unsafe text else { return }
            unsafe XMLStream.with(context) { unsafe $0.append(text, count) }
        }
        unsafe XML_SetEntityDeclHandler(parser) { context, name, _, _, _, _, _, _, _ in
            guard let name = unsafe name else { return }
            unsafe XMLStream.with(context) {
                unsafe $0.stop("declares the entity '\(XMLName(name))', which is refused")
            }
        }
        // A document with an external DTD can name an entity that is not declared in it.
        unsafe XML_SetSkippedEntityHandler(parser) { context, name, isParameter in
            guard let name = unsafe name, isParameter == 0 else { return }
            unsafe XMLStream.with(context) { unsafe $0.stop("undefined entity '\(XMLName(name))'") }
        }
        unsafe XML_SetUnknownEncodingHandler(
            parser,
            { _, name, encoding in
                guard let name = unsafe name, let encoding = unsafe encoding else { return 0 }
                return unsafe SingleByteEncoding.fill(
                    &encoding.pointee,
                    named: String(cString: name)
                ) ? 1 : 0
            },
            nil
        )
    }
}

/// The encodings of one byte a character that expat does not know and reports use.
private enum SingleByteEncoding {
    /// The characters of windows-1252 from 0x80 to 0x9F; 0 is not a character.
    private static let windows: [CInt] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
        0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
        0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]
    /// The characters in which iso-8859-15 differs from iso-8859-1.
    private static let latin9: [Int: CInt] = [
        0xA4: 0x20AC, 0xA6: 0x0160, 0xA8: 0x0161, 0xB4: 0x017D, 0xB8: 0x017E, 0xBC: 0x0152,
        0xBD: 0x0153, 0xBE: 0x0178,
    ]

    static func fill(_ encoding: inout XML_Encoding, named name: String) -> Bool {
        let name = name.lowercased()
        guard ["windows-1252", "cp1252", "iso-8859-15"].contains(name) else { return false }
        unsafe withUnsafeMutableBytes(of: &encoding.map) { bytes in
            let map = unsafe bytes.assumingMemoryBound(to: CInt.self)
            for code in 0..<256 {
                var character = CInt(code)
                if name == "iso-8859-15" {
                    character = latin9[code] ?? character
                } else if (0x80..<0xA0).contains(code) {
                    let mapped = windows[code - 0x80]
                    character = mapped == 0 ? -1 : mapped
                }
                unsafe map[code] = character
            }
        }
        unsafe encoding.data = nil
        unsafe encoding.convert = nil
        unsafe encoding.release = nil
        return true
    }
}
