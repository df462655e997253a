/// The lines before the entries of a manifest, which list all packs that the entries refer to.
enum ManifestHead {
    /// The number of bytes that are decompressed at once.
    private static let step = 1 << 16

    /// Reads the packs that a manifest refers to, without decompressing its entries.
    ///
    /// The stored bytes need not be trusted; `base` is given for a delta.
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
        var decompressor = try codec.decompressor()
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

    /// Finds the first line after the head, from `start` on; `nil` if it is not decompressed yet.
    ///
    /// `isAtStart` is whether a line begins at `start`; afterwards, whether one begins at the end.
    private static func end(in text: [UInt8], from start: Int, _ isAtStart: inout Bool) -> Int? {
        let bytes = text.span
        for offset in start..<bytes.count {
            if isAtStart, bytes[offset] != UInt8(ascii: "#") { return offset }
            isAtStart = bytes[offset] == newline
        }
        return nil
    }
}
