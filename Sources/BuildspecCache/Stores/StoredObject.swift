/// An object's bytes, and their SHA-256 if the store has computed it while it received them.
public struct StoredObject: Sendable {
    /// The object's bytes.
    public let bytes: [UInt8]
    private let known: ContentDigest?

    /// Creates an object whose digest is computed when it is needed.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        known = nil
    }

    /// Creates an object from bytes that were hashed while they were received.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - sha256: The 32 bytes of their SHA-256; another length counts as not known.
    package init(_ bytes: [UInt8], sha256: [UInt8]?) {
        self.bytes = bytes
        known = sha256.flatMap { ContentDigest(bytes: $0) }
    }

    /// Creates an object from bytes with a known digest.
    init(_ bytes: [UInt8], digest: ContentDigest) {
        self.bytes = bytes
        known = digest
    }

    /// The SHA-256 of `bytes`.
    var digest: ContentDigest { known ?? ContentDigest(of: bytes) }
}
