internal import Crypto

/// The public half of a signing key (Ed25519, RFC 8032).
public struct PublicKey: Sendable, Hashable {
    /// The 32 bytes.
    let bytes: [UInt8]

    /// What a key's text begins with.
    private static let head = "ed25519:"

    /// Reads a key.
    ///
    /// - Parameter text: `ed25519:` and the 32 bytes in base64, as `cache keygen` prints it.
    public init?(_ text: String) {
        guard text.hasPrefix(PublicKey.head),
            let bytes = Base64.decode(text.dropFirst(PublicKey.head.count)), bytes.count == 32
        else { return nil }
        self.bytes = bytes
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The key as it is read.
    public var text: String { PublicKey.head + Base64.encode(bytes) }

    /// What names the key in key records: the SHA-256 of its bytes, 64 hexadecimal digits.
    public var id: String { digest.hex }

    var digest: ContentDigest { ContentDigest(of: bytes) }

    /// Whether a signature is this key's for these bytes.
    func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(signature, for: message)
    }
}
