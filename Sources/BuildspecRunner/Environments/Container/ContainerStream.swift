/// Takes apart what comes out of a container: what commands write, and what the listener says.
///
/// Both come by one stream, so what a command wrote always comes before the listener says that it has
/// ended. The listener's lines begin with a mark that no other build has.
struct ContainerStream {
    /// A part of the stream.
    enum Part: Equatable {
        /// What commands wrote.
        case output([UInt8])
        /// A line of the listener, without its mark.
        case said(String)
    }

    /// The longest line of a listener; what is longer is output that happens to begin like one.
    static let longestLine = 1 << 16

    private let mark: [UInt8]
    private var held: [UInt8] = []

    /// Creates a reader.
    ///
    /// - Parameter mark: what the listener's lines begin with, behind the byte 0x1E.
    init(mark: String) {
        self.mark = [0x1E] + Array(mark.utf8) + [UInt8(ascii: " ")]
    }

    /// Takes the next bytes of the stream.
    ///
    /// - Returns: the parts that are complete; what may become a line of the listener is held back.
    mutating func take(_ bytes: [UInt8]) -> [Part] {
        var parts: [Part] = []
        var rest = (held + bytes)[...]
        held = []
        var output = rest[..<rest.startIndex]
        while let start = rest[output.endIndex...].firstIndex(of: 0x1E) {
            output = rest[rest.startIndex..<start]
            switch line(in: rest[start...]) {
            case .none:
                output = rest[rest.startIndex...start]
            case .unfinished:
                held = Array(rest[start...])
                append(output, to: &parts)
                return parts
            case .complete(let text, let end):
                append(output, to: &parts)
                parts.append(.said(text))
                rest = rest[end...]
                output = rest[..<rest.startIndex]
            }
        }
        append(rest, to: &parts)
        return parts
    }

    /// What was held back when the stream ended.
    mutating func end() -> [UInt8] {
        defer { held = [] }
        return held
    }

    private enum Line {
        case none
        case unfinished
        case complete(String, end: Int)
    }

    private func line(in bytes: ArraySlice<UInt8>) -> Line {
        if bytes.count < mark.count { return mark.starts(with: bytes) ? .unfinished : .none }
        guard bytes.starts(with: mark) else { return .none }
        let text = bytes.dropFirst(mark.count).prefix(ContainerStream.longestLine)
        if let end = text.firstIndex(of: UInt8(ascii: "\n")) {
            return .complete(String(decoding: text[..<end], as: UTF8.self), end: end + 1)
        }
        return text.count < ContainerStream.longestLine ? .unfinished : .none
    }

    private func append(_ bytes: ArraySlice<UInt8>, to parts: inout [Part]) {
        if !bytes.isEmpty { parts.append(.output(Array(bytes))) }
    }
}
