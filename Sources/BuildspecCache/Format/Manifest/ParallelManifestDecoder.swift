/// A decoder that reads the two halves of a long manifest at the same time, because a restore or
/// save of a few changes waits for the manifest.
struct ParallelManifestDecoder: Sendable {
    /// A range of lines, and the text that has them.
    private typealias Lines = (text: [UInt8], lines: Range<Int>)

    private let parts: (first: [Lines], second: [Lines])
    /// The numbers of lines of the parts, counted once.
    private let lineCounts: (first: Int, second: Int)
    /// A decoder that has read the head.
    private let head: ManifestDecoder

    /// The size of a text that is worth a second thread, in bytes.
    private static let longText = 256 << 10

    /// Decodes a whole manifest from its stored bytes, which need not be trusted.
    static func decode(_ stored: [UInt8], _ codec: Codec) async throws(CacheError) -> Manifest {
        let (first, second) = try await texts(of: stored, codec)
        let maximum = Limits.manifestEntries(ofStored: stored.count)
        if let decoder = ParallelManifestDecoder(first, second, maximumEntries: maximum),
            let manifest = await decoder.decode()
        {
            return manifest
        }
        return try await decode(first.isEmpty ? second : first + second, maximumEntries: maximum)
    }

    /// Decompresses a manifest's text, which need not be trusted.
    static func text(of stored: [UInt8], _ codec: Codec) async throws(CacheError) -> [UInt8] {
        let (first, second) = try await texts(of: stored, codec)
        return first.isEmpty ? second : first + second
    }

    /// Decompresses a manifest's text on two threads; a short text is all in the second part.
    private static func texts(
        of stored: [UInt8],
        _ codec: Codec
    ) async throws(CacheError) -> (first: [UInt8], second: [UInt8]) {
        let limit = Limits.manifestContent(ofStored: stored.count)
        guard codec == .zstd else { return ([], try codec.decode(stored, limit: limit)) }
        let frames = try ZstandardCodec.frames(of: stored, limit: limit)
        let middle = frames.count / 2
        async let later = text(of: frames[middle...], in: stored)
        let first = text(of: frames[..<middle], in: stored)
        let second = await later
        return (try first.get(), try second.get())
    }

    private static func text(
        of frames: ArraySlice<ZstandardCodec.Frame>,
        in stored: [UInt8]
    ) -> Result<[UInt8], CacheError> {
        Result { () throws(CacheError) in try ZstandardCodec.decode(frames, of: stored) }
    }

    /// Decodes a manifest's text as `ManifestDecoder` does.
    static func decode(
        _ text: [UInt8],
        maximumEntries: Int = Limits.entries
    ) async throws(CacheError) -> Manifest {
        if text.count >= longText,
            let decoder = ParallelManifestDecoder(text, maximumEntries: maximumEntries),
            let manifest = await decoder.decode()
        {
            return manifest
        }
        // This decoder also reports the damaged line.
        return try ManifestDecoder.decode(text, maximumEntries: maximumEntries)
    }

    /// Cuts a text with a head and entries into two parts, and decodes the head; else `nil`.
    init?(_ text: [UInt8], maximumEntries: Int = Limits.entries) {
        guard text.last == newline else { return nil }
        let start = ManifestText.endOfHead(text)
        guard start < text.count else { return nil }
        let middle = ManifestText.endOfLine(text, (start + text.count) / 2) + 1
        self.init([(text, start..<middle)], [(text, middle..<text.count)], maximumEntries)
    }

    /// Creates a decoder of two parts, the first of which has the head and entries; else `nil`.
    init?(_ first: [UInt8], _ second: [UInt8], maximumEntries: Int = Limits.entries) {
        guard second.last == newline, let last = first.lastIndex(of: newline) else { return nil }
        let start = ManifestText.endOfHead(first, last + 1)
        guard start <= last else { return nil }
        // A line that is in both texts belongs to the first part.
        let rest = first[(last + 1)...]
        let cut = rest.isEmpty ? 0 : ManifestText.endOfLine(second, 0) + 1
        let line = rest + second[..<cut]
        self.init(
            [(first, start..<last + 1), (Array(line), 0..<line.count)],
            [(second, cut..<second.count)],
            maximumEntries
        )
    }

    private init?(_ first: [Lines], _ second: [Lines], _ maximumEntries: Int) {
        var decoder = ManifestDecoder()
        decoder.maximumEntries = maximumEntries
        guard (try? decoder.read(first[0].text, lines: 0..<first[0].lines.lowerBound)) != nil else {
            return nil
        }
        let counts = [first, second].map { part in
            part.reduce(0) { $0 + ManifestText.lineCount($1.text, in: $1.lines) }
        }
        // Each of these lines is an entry, so the whole decoder names the line that is too many.
        guard counts[0] + counts[1] <= maximumEntries else { return nil }
        (parts, head, lineCounts) = ((first, second), decoder, (counts[0], counts[1]))
    }

    private func decode() async -> Manifest? {
        async let second = decodeSecond()
        return join(decodeFirst(), await second)
    }

    /// Decodes the first part, with space for both; `nil` if it is damaged.
    func decodeFirst() -> ManifestDecoder? {
        var decoder = head
        decoder.reserveEntries(
            ofLines: lineCounts.first + lineCounts.second,
            bytes: byteCount(parts.first) + byteCount(parts.second)
        )
        return read(parts.first, with: decoder)
    }

    /// Decodes the second part without the first; `nil` if it is damaged.
    func decodeSecond() -> ManifestDecoder? {
        var decoder = head.later()
        decoder.reserveEntries(ofLines: lineCounts.second, bytes: byteCount(parts.second))
        return read(parts.second, with: decoder)
    }

    private func byteCount(_ part: [Lines]) -> Int { part.reduce(0) { $0 + $1.lines.count } }

    private func read(
        _ part: [Lines],
        with decoder: consuming ManifestDecoder
    ) -> ManifestDecoder? {
        var decoder = decoder
        for (text, lines) in part {
            guard (try? decoder.read(text, lines: lines)) != nil else { return nil }
        }
        return decoder
    }

    /// Joins two decoded parts; `nil` if one is damaged or the second does not continue the first.
    func join(_ first: ManifestDecoder?, _ second: ManifestDecoder?) -> Manifest? {
        guard var whole = first, let second, (try? whole.add(second)) != nil else { return nil }
        return whole.manifest
    }
}
