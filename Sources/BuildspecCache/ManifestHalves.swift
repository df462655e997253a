/// Reads a long manifest on two threads, because a restore or save of a few changes waits for it.
enum ManifestHalves {
    /// A text of this many bytes is worth a second thread.
    private static let longText = 256 << 10

    /// Reads a manifest as `ManifestDecoder` does.
    ///
    /// - Throws: `CacheError` of code `damaged` that names the line.
    static func decode(_ text: [UInt8]) async throws(CacheError) -> Manifest {
        if text.count >= longText, text.last == newline, let manifest = await joined(text) {
            return manifest
        }
        // Also says what is wrong, and in which line.
        return try ManifestDecoder.decode(text)
    }

    /// The manifest, or `nil` if a half is damaged or they do not belong together.
    private static func joined(_ text: [UInt8]) async -> Manifest? {
        let start = ManifestText.endOfHead(text)
        guard start < text.count else { return nil }
        let middle = ManifestText.endOfLine(text, (start + text.count) / 2) + 1
        var decoder = ManifestDecoder()
        guard (try? decoder.read(text, lines: 0..<start)) != nil else { return nil }
        let later = decoder.later()
        async let second = read(text, middle..<text.count, with: later)
        let first = read(text, start..<middle, with: decoder)
        guard var whole = first, let second = await second, (try? whole.add(second)) != nil else {
            return nil
        }
        return whole.manifest
    }

    private static func read(
        _ text: [UInt8],
        _ lines: Range<Int>,
        with decoder: consuming ManifestDecoder
    ) -> ManifestDecoder? {
        var decoder = decoder
        return (try? decoder.read(text, lines: lines)) == nil ? nil : decoder
    }
}
