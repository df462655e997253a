/// A key pair that signs requests, with the token of its session if there is one.
///
/// The description and the mirror show only the key's id, so that no log, no failed expectation and no
/// dump can reveal the secret.
package struct Credentials: Sendable, Hashable {
    /// The public id of the key, such as `AKIA…`.
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String?
    /// When the credentials expire; `nil` is never.
    package var expiration: Timestamp?
    /// The source of the credentials, for messages: `the environment`, `profile 'ci'`.
    package var source: String

    package init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expiration: Timestamp? = nil,
        source: String
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
        self.source = source
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "'\(accessKeyID)' from \(source)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Credentials {
    /// Rejects values that cannot be credentials, for example with a line break from copying.
    ///
    /// - Parameters:
    ///   - name: The name of the key's id in the source.
    ///   - secretName: The name of the secret key in the source.
    /// - Returns: The unchanged credentials.
    /// - Throws: An error that names the value and never shows it.
    package func checked(_ name: String, _ secretName: String) throws(AWSError) -> Credentials {
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
