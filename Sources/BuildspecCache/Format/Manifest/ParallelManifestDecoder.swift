/// The two halves of a long manifest, which are read side by side, because a restore or save of a few
/// changes waits for it.
struct ParallelManifestDecoder: Sendable {
    /// Lines, and the text that they are in.
    private typealias Lines = (text: [UInt8], lines: Range<Int>)

    private let halves: (first: [Lines], second: [Lines])
    /// Has read the head.
    private let head: ManifestDecoder

    /// A text of this many bytes is worth a second thread.
    private static let longText = 256 << 10

    /// Reads a manifest as it is stored, whole, which need not be trusted.
    ///
    /// - Throws: `CacheError` of code `damaged` that names the line.
    static func decode(_ stored: [UInt8], _ codec: Codec) async throws(CacheError) -> Manifest {
        let (first, second) = try await texts(of: stored, codec)
        let most = Limits.manifestEntries(ofStored: stored.count)
        if let halves = ParallelManifestDecoder(first, second, mostEntries: most),
            let manifest = await halves.decoded()
        {
            return manifest
        }
        return try await decode(first.isEmpty ? second : first + second, mostEntries: most)
    }

    /// Decompresses a manifest's text, which need not be trusted.
    static func text(of stored: [UInt8], _ codec: Codec) async throws(CacheError) -> [UInt8] {
        let (first, second) = try await texts(of: stored, codec)
        return first.isEmpty ? second : first + second
    }

    /// Two parts of a manifest's text, decompressed side by side; of a short one, all is in the second.
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

    /// Reads a manifest as `ManifestDecoder` does.
    ///
    /// - Throws: `CacheError` of code `damaged` that names the line.
    static func decode(
        _ text: [UInt8],
        mostEntries: Int = Limits.entries
    ) async throws(CacheError) -> Manifest {
        if text.count >= longText,
            let halves = ParallelManifestDecoder(text, mostEntries: mostEntries),
            let manifest = await halves.decoded()
        {
            return manifest
        }
        // Also says what is wrong, and in which line.
        return try ManifestDecoder.decode(text, mostEntries: mostEntries)
    }

    /// Cuts a text that has a head and entries, and reads the head; `nil` for any other.
    init?(_ text: [UInt8], mostEntries: Int = Limits.entries) {
        guard text.last == newline else { return nil }
        let start = ManifestText.endOfHead(text)
        guard start < text.count else { return nil }
        let middle = ManifestText.endOfLine(text, (start + text.count) / 2) + 1
        self.init([(text, start..<middle)], [(text, middle..<text.count)], mostEntries)
    }

    /// Takes a text that comes in two parts, the first with the head and entries; `nil` for any other.
    init?(_ first: [UInt8], _ second: [UInt8], mostEntries: Int = Limits.entries) {
        guard second.last == newline, let last = first.lastIndex(of: newline) else { return nil }
        let start = ManifestText.endOfHead(first, last + 1)
        guard start <= last else { return nil }
        // A line that lies in both is one of the first half.
        let rest = first[(last + 1)...]
        let cut = rest.isEmpty ? 0 : ManifestText.endOfLine(second, 0) + 1
        let line = rest + second[..<cut]
        self.init(
            [(first, start..<last + 1), (Array(line), 0..<line.count)],
            [(second, cut..<second.count)],
            mostEntries
        )
    }

    private init?(_ first: [Lines], _ second: [Lines], _ mostEntries: Int) {
        var decoder = ManifestDecoder()
        decoder.mostEntries = mostEntries
        guard (try? decoder.read(first[0].text, lines: 0..<first[0].lines.lowerBound)) != nil else {
            return nil
        }
        (halves, head) = ((first, second), decoder)
    }

    private func decoded() async -> Manifest? {
        async let later = second()
        return joined(first(), await later)
    }

    /// Reads the first half; `nil` if it is damaged.
    func first() -> ManifestDecoder? { read(halves.first, with: head, room: halves.second) }

    /// Reads the second half without the first; `nil` if it is damaged.
    func second() -> ManifestDecoder? { read(halves.second, with: head.later()) }

    private func read(
        _ half: [Lines],
        with decoder: consuming ManifestDecoder,
        room other: [Lines] = []
    ) -> ManifestDecoder? {
        var decoder = decoder
        decoder.reserveEntries(ofBytes: (half + other).reduce(0) { $0 + $1.lines.count })
        for (text, lines) in half {
            guard (try? decoder.read(text, lines: lines)) != nil else { return nil }
        }
        return decoder
    }

    /// The manifest, or `nil` if a half is damaged or they do not belong together.
    func joined(_ first: ManifestDecoder?, _ second: ManifestDecoder?) -> Manifest? {
        guard var whole = first, let second, (try? whole.add(second)) != nil else { return nil }
        return whole.manifest
    }
}
