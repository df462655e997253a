/// What signs requests: a key pair and, for a session, its token.
///
/// Its description and its mirror show the key's id alone, so that no log, no failed expectation
/// and no dump can give the secret away.
package struct Credentials: Sendable, Hashable {
    /// The key's public name, such as `AKIA…`.
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String?
    /// When the service stops taking them; `nil` is never.
    package var expiration: Timestamp?
    /// Where they were found, for messages: `the environment`, `profile 'ci'`.
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
    /// Refuses values that cannot be credentials, such as ones with a line break from a bad paste.
    ///
    /// - Parameters:
    ///   - name: what the key's id is called where it was found.
    ///   - secretName: what the secret key is called there.
    /// - Returns: the credentials, unchanged.
    /// - Throws: an error that names the value and never shows it.
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
                    "has a space, a line break or another character that no key has"
                )
            }
        }
        return self
    }
}
