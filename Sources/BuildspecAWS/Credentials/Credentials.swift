/// A key pair that signs requests, with the token of its session if there is one.
///
/// The description and the mirror show only the key's id, so that no log, no failed expectation and no
/// dump can reveal the secret.
struct Credentials: Sendable, Hashable {
    /// The public id of the key, such as `AKIA…`.
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    /// When the credentials expire; `nil` is never.
    var expiration: Timestamp?
    /// The source of the credentials, for messages: `the environment`, `profile 'ci'`.
    var source: String
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "'\(accessKeyID)' from \(source)" }

    var debugDescription: String { description }

    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Credentials {
    /// Rejects values that cannot be credentials, for example with a line break from copying.
    ///
    /// The error has the names of the keys in the source, and never shows a value.
    func checked(_ name: String, _ secretName: String) throws(AWSError) -> Credentials {
        let values = [
            (name, accessKeyID), (secretName, secretAccessKey),
            ("the session token", sessionToken ?? "-"),
        ]
        for (name, value) in values {
            if value.isEmpty { throw .malformedCredentials(name, source, "is empty") }
            if !value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
                throw .malformedCredentials(
                    name,
                    source,
                    "has a space, a line break or another character that keys do not contain"
                )
            }
        }
        return self
    }
}
