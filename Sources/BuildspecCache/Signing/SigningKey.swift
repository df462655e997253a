internal import Crypto

/// A private key that signs key records (Ed25519, RFC 8032).
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// What a key's text begins with.
    private static let head = "ed25519-secret:"

    /// Makes a new key.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// Reads a key.
    ///
    /// - Parameter text: lines of which exactly one is `ed25519-secret:` and 32 bytes in base64; the
    ///   others are empty or begin with `#`.
    public init?(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard lines.count == 1, let line = lines.first, line.hasPrefix(SigningKey.head) else {
            return nil
        }
        var secret = line.dropFirst(SigningKey.head.count)
        while secret.last?.isWhitespace == true { secret.removeLast() }
        guard let seed = Base64.decode(secret), seed.count == 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { return nil }
        self.key = key
    }

    /// The key as it is read: a comment that names its public half, and the secret line.
    public var text: String {
        "# buildspec cache signing key; its public half is \(publicKey.text)\n"
            + SigningKey.head + secret + "\n"
    }

    /// The secret part of the text, which must not be shown.
    public var secret: String { Base64.encode(Array(key.rawRepresentation)) }

    /// The half that others are given.
    public var publicKey: PublicKey {
        PublicKey(bytes: Array(key.publicKey.rawRepresentation))
    }

    /// Signs bytes.
    ///
    /// - Throws: `CacheError` when the library cannot.
    func sign(_ message: [UInt8]) throws(CacheError) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            throw CacheError(.request, "the entry cannot be signed: \(error)")
        }
    }
}
