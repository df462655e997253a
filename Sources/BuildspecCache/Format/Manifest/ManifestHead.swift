/// What stands before the entries of a manifest: which packs it refers to, and all of them.
enum ManifestHead {
    /// How much is decompressed at once.
    private static let step = 1 << 16

    /// Reads which packs a manifest refers to; what stands behind its head is not decompressed.
    ///
    /// - Parameters:
    ///   - stored: the manifest as it is stored; it need not be trusted.
    ///   - codec: how it is compressed.
    ///   - base: the digest of its base, if it is written as changes.
    /// - Returns: the packs.
    /// - Throws: `damaged` when the head is, or is too large.
    static func packs(
        of stored: [UInt8],
        _ codec: Codec,
        base: ContentDigest?
    ) throws(CacheError) -> [Manifest.Pack] {
        var head = try read(stored, codec)
        if let base { head = try ManifestDelta.wholeHead(head, on: base) }
        return try ManifestDecoder.decode(head).packs
    }

    private static func read(_ stored: [UInt8], _ codec: Codec) throws(CacheError) -> [UInt8] {
        var decompressor: any Decompressor =
            switch codec {
            case .zstd: try ZstandardDecompressor()
            case .gzip: try GzipDecompressor()
            case .none: PlainDecompressor()
            }
        var text: [UInt8] = []
        var (used, seen) = (0, 0)
        var isAtStart = true
        while true {
            let rest = stored[used...]
            do throws(CacheError) {
                used += try decompressor.decompress(rest, appendingTo: &text, room: step)
            } catch {
                guard error.code == .damaged else { throw error }
                throw .damaged("the manifest's compression is damaged or needs too much memory")
            }
            if let end = end(in: text, from: seen, &isAtStart) { return Array(text[..<end]) }
            guard text.count <= Limits.manifestHead else {
                throw .damaged("the manifest's head is too large")
            }
            if used == stored.endIndex - rest.count, text.count == seen { return text }
            seen = text.count
        }
    }

    /// Where the first line begins that is not of the head.
    ///
    /// - Parameters:
    ///   - text: the text so far.
    ///   - start: what comes before has been looked at.
    ///   - isAtStart: whether a line begins there; then, whether one begins at the end.
    /// - Returns: the place, or `nil` if it has not come.
    private static func end(
        in text: [UInt8],
        from start: Int,
        _ isAtStart: inout Bool
    ) -> Int? {
        let bytes = text.span
        for place in start..<bytes.count {
            if isAtStart, bytes[place] != UInt8(ascii: "#") { return place }
            isAtStart = bytes[place] == newline
        }
        return nil
    }
}
