/// An object's bytes and their SHA-256, which a store may have found while they came.
public struct HashedObject: Sendable {
    /// The bytes.
    public let bytes: [UInt8]
    /// The digest of exactly these bytes.
    let digest: ContentDigest

    /// Hashes bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        digest = ContentDigest(of: bytes)
    }

    /// Takes bytes that were hashed while they came.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - sha256: the 32 bytes of their SHA-256; without them, or with another number, it is found here.
    package init(_ bytes: [UInt8], sha256: [UInt8]?) {
        self.bytes = bytes
        digest = sha256.flatMap { ContentDigest(bytes: $0) } ?? ContentDigest(of: bytes)
    }
}
