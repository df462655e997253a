internal import Crypto

/// The public half of a signing key (Ed25519, RFC 8032).
public struct PublicKey: Sendable, Hashable {
    /// The 32 bytes of the key.
    let bytes: [UInt8]

    /// The prefix of a key's text.
    private static let prefix = "ed25519:"

    /// Parses a key.
    ///
    /// - Parameter text: `ed25519:` and the 32 bytes in base64, as `cache keygen` prints it.
    public init?(_ text: String) {
        guard text.hasPrefix(PublicKey.prefix),
            let bytes = Base64.decode(text.dropFirst(PublicKey.prefix.count)), bytes.count == 32
        else { return nil }
        self.bytes = bytes
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The key's text, which `init` parses.
    public var text: String { PublicKey.prefix + Base64.encode(bytes) }

    /// The name of the key in key records: the SHA-256 of its bytes, 64 hexadecimal digits.
    public var id: String { digest.hex }

    var digest: ContentDigest { ContentDigest(of: bytes) }

    /// Returns whether a signature of a message was made with this key.
    func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(signature, for: message)
    }
}
