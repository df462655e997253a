/// A reference to a secret in a buildspec: `id[:json-key[:stage[:version]]]`.
///
/// Source: CodeBuild user guide, "Build specification reference": env/secrets-manager.
struct SecretReference: Sendable, Hashable {
    /// The version of a secret.
    enum Version: Sendable, Hashable {
        /// A staging label; `AWSCURRENT` if the reference names no version.
        case stage(String)
        case id(String)
    }

    var id: String
    /// The key in the secret's JSON object; `nil` means the whole text.
    var jsonKey: String?
    var version: Version

    /// Parses a reference, which cannot have both a stage and a version.
    ///
    /// The first seven fields of an ARN are the id. An empty field in the middle or at the end
    /// means the same as a missing one.
    init(_ text: String) throws(AWSError) {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let isARN = fields[0] == "arn"
        let idCount = isARN ? 7 : 1
        guard fields.count >= idCount, !fields[idCount - 1].isEmpty else {
            let fault =
                isARN
                ? "is not a complete ARN of a secret, such as "
                    + "'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME'"
                : "has no secret name before the first ':'"
            throw SecretReference.malformed(text, fault)
        }
        let rest = fields.dropFirst(idCount)
        guard rest.count <= 3 else {
            throw SecretReference.malformed(
                text,
                "has too many ':'; the form is 'id:json-key:version-stage:version-id'"
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
