internal import BuildspecFiles
internal import Crypto

/// A private key that signs key records (Ed25519, RFC 8032).
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// The prefix of a key's text.
    private static let prefix = "ed25519-secret:"

    /// Creates a new key.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// Parses a text of lines: exactly one is `ed25519-secret:` and 32 bytes in base64, and the
    /// others are empty or begin with `#`.
    public init?(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard lines.count == 1, let line = lines.first, line.hasPrefix(SigningKey.prefix) else {
            return nil
        }
        var secret = line.dropFirst(SigningKey.prefix.count)
        while secret.last?.isWhitespace == true { secret.removeLast() }
        guard let seed = Base64.decode(secret), seed.count == 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { return nil }
        self.key = key
    }

    /// The key's text, which `init` parses: a comment with the public key, and the secret line.
    public var text: String {
        "# buildspec cache signing key; its public half is \(publicKey.text)\n"
            + SigningKey.prefix + secret + "\n"
    }

    /// The secret part of the text, which must never be shown.
    public var secret: String { Base64.encode(Array(key.rawRepresentation)) }

    /// The public half, which others may know.
    public var publicKey: PublicKey { PublicKey(bytes: Array(key.publicKey.rawRepresentation)) }

    func sign(_ message: [UInt8]) throws(CacheError) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            throw CacheError(.request, "cannot sign the entry: \(error)")
        }
    }
}

/// The public half of a signing key (Ed25519, RFC 8032).
public struct PublicKey: Sendable, Hashable {
    /// The 32 bytes of the key.
    let bytes: [UInt8]

    /// The prefix of a key's text.
    private static let prefix = "ed25519:"

    /// Parses a key: `ed25519:` and the 32 bytes in base64, as `cache keygen` prints it.
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
