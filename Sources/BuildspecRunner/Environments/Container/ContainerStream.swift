/// Separates the output of a container's commands from the messages of the agent.
///
/// Both come by one stream, so a command's output always comes before the message that the command has
/// ended. The agent's lines begin with a marker that no other build has.
struct ContainerStream {
    /// A part of the stream.
    enum Part: Equatable {
        /// Output of commands.
        case output([UInt8])
        /// A line of the agent, without its marker.
        case message(String)
    }

    /// The longest line of the agent; a longer one is output that begins with the marker by chance.
    static let longestLine = 1 << 16

    private let marker: [UInt8]
    private var pending: [UInt8] = []

    /// Creates a parser; the agent's lines begin with the byte 0x1E and the marker.
    init(marker: String) {
        self.marker = [0x1E] + Array(marker.utf8) + [UInt8(ascii: " ")]
    }

    /// Parses the next bytes of the stream, and holds back those that may begin a line of the agent.
    mutating func parse(_ bytes: [UInt8]) -> [Part] {
        var parts: [Part] = []
        var rest = (pending + bytes)[...]
        pending = []
        var output = rest[..<rest.startIndex]
        while let start = rest[output.endIndex...].firstIndex(of: 0x1E) {
            output = rest[rest.startIndex..<start]
            switch line(in: rest[start...]) {
            case .none:
                output = rest[rest.startIndex...start]
            case .partial:
                pending = Array(rest[start...])
                append(output, to: &parts)
                return parts
            case .complete(let text, let end):
                append(output, to: &parts)
                parts.append(.message(text))
                rest = rest[end...]
                output = rest[..<rest.startIndex]
            }
        }
        append(rest, to: &parts)
        return parts
    }

    /// Ends the stream and returns the bytes that were held back.
    mutating func finish() -> [UInt8] {
        defer { pending = [] }
        return pending
    }

    private enum Line {
        case none
        case partial
        case complete(String, end: Int)
    }

    private func line(in bytes: ArraySlice<UInt8>) -> Line {
        if bytes.count < marker.count { return marker.starts(with: bytes) ? .partial : .none }
        guard bytes.starts(with: marker) else { return .none }
        let text = bytes.dropFirst(marker.count).prefix(ContainerStream.longestLine)
        if let end = text.firstIndex(of: UInt8(ascii: "\n")) {
            return .complete(String(decoding: text[..<end], as: UTF8.self), end: end + 1)
        }
        return text.count < ContainerStream.longestLine ? .partial : .none
    }

    private func append(_ bytes: ArraySlice<UInt8>, to parts: inout [Part]) {
        if !bytes.isEmpty { parts.append(.output(Array(bytes))) }
    }
}
