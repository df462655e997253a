/// How an object's bytes are compressed; the object's name says which.
public enum Codec: String, Sendable, CaseIterable {
    /// Zstandard, the default: several frames, each with its content size declared.
    case zstd
    /// Gzip, for stores that other tools must read.
    case gzip
    /// As they are.
    case none

    /// What the name of an object of this codec ends with.
    var suffix: String {
        switch self {
        case .zstd: ".zst"
        case .gzip: ".gz"
        case .none: ""
        }
    }

    /// Compresses `bytes`.
    ///
    /// What several calls give, one behind the other, decodes to what they were given.
    func encode(_ bytes: [UInt8]) throws(CacheError) -> [UInt8] {
        switch self {
        case .zstd: try ZstandardCodec.encode(bytes)
        case .gzip: try GzipCodec.encode(bytes)
        case .none: bytes
        }
    }

    /// The same, of many bytes and on several threads where the codec has parts for them.
    func encodeInBlocks(_ bytes: [UInt8]) async throws(CacheError) -> [UInt8] {
        switch self {
        case .zstd: try await ZstandardCodec.encodeInBlocks(bytes)
        case .gzip, .none: try encode(bytes)
        }
    }

    /// Decompresses all of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: what the store holds; it need not be trusted.
    ///   - limit: the largest result in bytes that is believed.
    /// - Returns: the content.
    /// - Throws: `damaged` when the bytes are not of this codec or the result is too large.
    func decode(_ bytes: [UInt8], limit: Int) throws(CacheError) -> [UInt8] {
        switch self {
        case .zstd: return try ZstandardCodec.decode(bytes, limit: limit)
        case .gzip: return try GzipCodec.decode(bytes, limit: limit)
        case .none:
            guard bytes.count <= limit else { throw .damaged("the object is too large") }
            return bytes
        }
    }
}
