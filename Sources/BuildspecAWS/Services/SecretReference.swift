/// A reference to a secret as a buildspec writes it: `id[:json-key[:stage[:version]]]`.
///
/// Source: CodeBuild user guide, "Build specification reference": env/secrets-manager.
package struct SecretReference: Sendable, Hashable {
    /// Which version of a secret is meant.
    package enum Version: Sendable, Hashable {
        /// A staging label; `AWSCURRENT` if the reference says nothing.
        case stage(String)
        case id(String)
    }

    /// The secret's name or ARN.
    package var id: String
    /// The key of the secret's JSON object whose value is meant; `nil` means the whole text.
    package var jsonKey: String?
    package var version: Version

    /// Reads a reference.
    ///
    /// An ARN's own colons are counted: its first seven fields are the id. An empty field in the
    /// middle or at the end says the same as a missing one.
    ///
    /// - Parameter text: the reference.
    /// - Throws: when there is no id, when fields are left over, and when both a stage and a
    ///   version are named.
    package init(_ text: String) throws(AWSError) {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let isARN = fields[0] == "arn"
        let idCount = isARN ? 7 : 1
        guard fields.count >= idCount, !fields[idCount - 1].isEmpty else {
            let fault =
                isARN
                ? "is no whole ARN of a secret; it looks like "
                    + "'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME'"
                : "has no secret's name in front of the first ':'"
            throw SecretReference.malformed(text, fault)
        }
        let rest = fields.dropFirst(idCount)
        guard rest.count <= 3 else {
            throw SecretReference.malformed(
                text,
                "has too many ':'; it is 'id:json-key:version-stage:version-id'"
            )
        }
        let parts = rest.map { $0.isEmpty ? nil : $0 } + [nil, nil, nil]
        id = fields.prefix(idCount).joined(separator: ":")
        jsonKey = parts[0]
        switch (parts[1], parts[2]) {
        case (let stage?, nil): version = .stage(stage)
        case (nil, let id?): version = .id(id)
        case (nil, nil): version = .stage("AWSCURRENT")
        case (_?, _?):
            throw SecretReference.malformed(
                text,
                "names both a version stage and a version id; leave one of them empty"
            )
        }
    }

    /// The region of an ARN.
    var region: String? {
        let fields = id.split(separator: ":", omittingEmptySubsequences: false)
        return fields.count == 7 ? String(fields[3]) : nil
    }

    private static func malformed(_ text: String, _ fault: String) -> AWSError {
        AWSError(.badReference, "the secret reference '\(text)' \(fault)")
    }
}
