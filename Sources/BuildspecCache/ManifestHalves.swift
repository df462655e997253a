/// The two halves of a long manifest, which are read side by side, because a restore or save of a few
/// changes waits for it.
struct ManifestHalves: Sendable {
    private let text: [UInt8]
    /// Has read the head.
    private let decoder: ManifestDecoder
    private let start: Int
    private let middle: Int

    /// A text of this many bytes is worth a second thread.
    private static let longText = 256 << 10

    /// Reads a manifest as `ManifestDecoder` does.
    ///
    /// - Throws: `CacheError` of code `damaged` that names the line.
    static func decode(_ text: [UInt8]) async throws(CacheError) -> Manifest {
        if text.count >= longText, let halves = ManifestHalves(text) {
            async let second = halves.second()
            if let manifest = halves.joined(halves.first(), await second) { return manifest }
        }
        // Also says what is wrong, and in which line.
        return try ManifestDecoder.decode(text)
    }

    /// Cuts a text that has a head and entries, and reads the head; `nil` for any other.
    init?(_ text: [UInt8]) {
        guard text.last == newline else { return nil }
        start = ManifestText.endOfHead(text)
        guard start < text.count else { return nil }
        middle = ManifestText.endOfLine(text, (start + text.count) / 2) + 1
        var decoder = ManifestDecoder()
        guard (try? decoder.read(text, lines: 0..<start)) != nil else { return nil }
        self.decoder = decoder
        self.text = text
    }

    /// Reads the first half; `nil` if it is damaged.
    func first() -> ManifestDecoder? { read(start..<middle, with: decoder) }

    /// Reads the second half without the first; `nil` if it is damaged.
    func second() -> ManifestDecoder? { read(middle..<text.count, with: decoder.later()) }

    private func read(
        _ lines: Range<Int>,
        with decoder: consuming ManifestDecoder
    ) -> ManifestDecoder? {
        var decoder = decoder
        return (try? decoder.read(text, lines: lines)) == nil ? nil : decoder
    }

    /// The manifest, or `nil` if a half is damaged or they do not belong together.
    func joined(_ first: ManifestDecoder?, _ second: ManifestDecoder?) -> Manifest? {
        guard var whole = first, let second, (try? whole.add(second)) != nil else { return nil }
        return whole.manifest
    }
}
