/// A compression of objects; the name of an object says which one.
public enum Codec: String, Sendable, CaseIterable {
    /// Zstandard, the default: several frames, each with its content size declared.
    case zstd
    /// Gzip, for stores that other tools must read.
    case gzip
    /// No compression.
    case none

    /// The suffix of the names of objects with this codec.
    var suffix: String {
        switch self {
        case .zstd: ".zst"
        case .gzip: ".gz"
        case .none: ""
        }
    }

    /// Compresses `bytes`.
    ///
    /// The concatenated results of several calls decode to the concatenated inputs.
    func encode(_ bytes: [UInt8]) throws(CacheError) -> [UInt8] {
        switch self {
        case .zstd: try ZstandardCodec.encode(bytes)
        case .gzip: try GzipCodec.encode(bytes)
        case .none: bytes
        }
    }

    /// Compresses many bytes, on several threads if the codec can.
    func encodeInBlocks(_ bytes: [UInt8]) async throws(CacheError) -> [UInt8] {
        switch self {
        case .zstd: try await ZstandardCodec.encodeInBlocks(bytes)
        case .gzip, .none: try encode(bytes)
        }
    }

    /// Decompresses untrusted bytes; a result of more than `limit` bytes is damage too.
    func decode(_ bytes: [UInt8], limit: Int) throws(CacheError) -> [UInt8] {
        switch self {
        case .zstd: return try ZstandardCodec.decode(bytes, limit: limit)
        case .gzip: return try GzipCodec.decode(bytes, limit: limit)
        case .none:
            guard bytes.count <= limit else { throw .damaged("the object is too large") }
            return bytes
        }
    }

    /// Creates a decompressor of bytes that come in parts.
    func decompressor() throws(CacheError) -> any Decompressor {
        switch self {
        case .zstd: try ZstandardDecompressor()
        case .gzip: try GzipDecompressor()
        case .none: PlainDecompressor()
        }
    }
}

extension [UInt8] {
    /// Appends bytes that decode to nothing, so that there are at least `size` bytes.
    ///
    /// A reader accepts a manifest's text only up to a multiple of its stored size, so that a small
    /// object takes little memory. The text of an odd tree, of thousands of long paths that differ
    /// in a number, shrinks more than that, so its object is made larger.
    func padded(to size: Int, _ codec: Codec) -> [UInt8] {
        guard count < size else { return self }
        let padding = [UInt8](repeating: 0x20, count: size - count)
        switch codec {
        case .none: return self
        case .zstd:
            // A skippable frame: magic number, size and as many bytes. RFC 8878, section 3.1.2.
            var frame: [UInt8] = [0x50, 0x2A, 0x4D, 0x18]
            frame.append(littleEndian: UInt32(padding.count))
            return self + frame + padding
        case .gzip:
            // An empty member with a comment. RFC 1952, section 2.3.
            let head: [UInt8] = [0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 3]
            let empty: [UInt8] = [0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            return self + head + padding + empty
        }
    }
}
