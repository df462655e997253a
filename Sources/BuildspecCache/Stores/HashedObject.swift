/// An object's bytes and their SHA-256, which a store may compute while it receives the bytes.
public struct HashedObject: Sendable {
    /// The object's bytes.
    public let bytes: [UInt8]
    /// The SHA-256 of `bytes`.
    let digest: ContentDigest

    /// Hashes bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        digest = ContentDigest(of: bytes)
    }

    /// Creates an object from bytes that were hashed while they were received.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - sha256: The 32 bytes of their SHA-256; if it is missing or has another length, it is
    ///     computed.
    package init(_ bytes: [UInt8], sha256: [UInt8]?) {
        self.bytes = bytes
        digest = sha256.flatMap { ContentDigest(bytes: $0) } ?? ContentDigest(of: bytes)
    }
}
