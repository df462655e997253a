/// The lines before the entries of a manifest, which list all packs that the entries refer to.
enum ManifestHead {
    /// The number of bytes that are decompressed at once.
    private static let step = 1 << 16

    /// Reads the packs that a manifest refers to, without decompressing its entries.
    ///
    /// - Parameters:
    ///   - stored: The stored bytes of the manifest; they need not be trusted.
    ///   - codec: The codec of the bytes.
    ///   - base: The digest of the base, if the manifest is a delta.
    /// - Returns: The packs.
    /// - Throws: `damaged` if the head is damaged or too large.
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
        var (used, searched) = (0, 0)
        var isAtStart = true
        while true {
            let rest = stored[used...]
            do throws(CacheError) {
                used += try decompressor.decompress(rest, appendingTo: &text, limit: step)
            } catch {
                guard error.code == .damaged else { throw error }
                throw .damaged("the manifest's compression is damaged or needs too much memory")
            }
            if let end = end(in: text, from: searched, &isAtStart) { return Array(text[..<end]) }
            guard text.count <= Limits.manifestHead else {
                throw .damaged("the manifest's head is too large")
            }
            if used == stored.endIndex - rest.count, text.count == searched { return text }
            searched = text.count
        }
    }

    /// Finds the first line after the head.
    ///
    /// - Parameters:
    ///   - text: The text that is decompressed so far.
    ///   - start: The offset at which the search begins.
    ///   - isAtStart: Whether a line begins at `start`; afterwards, whether one begins at the end.
    /// - Returns: The offset of the line; `nil` if it is not decompressed yet.
    private static func end(
        in text: [UInt8],
        from start: Int,
        _ isAtStart: inout Bool
    ) -> Int? {
        let bytes = text.span
        for offset in start..<bytes.count {
            if isAtStart, bytes[offset] != UInt8(ascii: "#") { return offset }
            isAtStart = bytes[offset] == newline
        }
        return nil
    }
}
