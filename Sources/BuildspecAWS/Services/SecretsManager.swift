internal import BuildspecCache

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A reader of Secrets Manager, which calls `GetSecretValue` once for each version of a secret.
///
/// Source: AWS Secrets Manager API reference, GetSecretValue.
struct SecretsManager: Sendable {
    /// A version of a secret, which one call fetches.
    struct Target: Hashable, Sendable {
        var id: String
        var version: SecretReference.Version
    }

    /// The content of a secret.
    enum Content: Sendable, Equatable {
        case text(String)
        /// The content in base64, as the service sends it.
        case binary(String)
    }

    private let client: JSONClient

    init(_ client: JSONClient) {
        self.client = client
    }

    /// Reads the value or the error of each reference; those to the same version share one call.
    func values(
        of references: [SecretReference]
    ) async -> [SecretReference: Result<String, AWSError>] {
        var targets: [Target] = []
        for reference in references {
            let target = Target(id: reference.id, version: reference.version)
            if !targets.contains(target) { targets.append(target) }
        }
        // A cancelled task has no contents.
        let contents = try? await mapConcurrently(targets, width: 4) { target in
            do throws(AWSError) {
                return Result<Content, AWSError>.success(try await content(of: target))
            } catch {
                return .failure(error)
            }
        }
        let fetched = Dictionary(zip(targets, contents ?? [])) { first, _ in first }
        var values: [SecretReference: Result<String, AWSError>] = [:]
        for reference in references {
            let target = Target(id: reference.id, version: reference.version)
            values[reference] = fetched[target]?.flatMap { value(of: reference, in: $0) }
        }
        return values
    }

    private func content(of target: Target) async throws(AWSError) -> Content {
        let action = "read secret '\(target.id)'"
        var input: [String: JSONValue] = ["SecretId": .string(target.id)]
        switch target.version {
        case .stage(let stage): input["VersionStage"] = .string(stage)
        case .id(let id): input["VersionId"] = .string(id)
        }
        let answer = try await client.call(
            .secretsManager,
            "secretsmanager.GetSecretValue",
            .object(input),
            to: action
        )
        switch answer {
        case .fault(let fault, let credentials):
            throw .refused(fault, attempt(action, target, credentials))
        case .value(let value):
            if let text = value["SecretString"]?.string { return .text(text) }
            if let binary = value["SecretBinary"]?.string { return .binary(binary) }
            throw .badResponse(action, "the response has no 'SecretString' and no 'SecretBinary'")
        }
    }

    /// The whole text or the value of a key; the whole text of a binary secret is its base64.
    private func value(
        of reference: SecretReference,
        in content: Content
    ) -> Result<String, AWSError> {
        guard let key = reference.jsonKey else {
            switch content {
            case .text(let text), .binary(let text): return .success(text)
            }
        }
        guard let json = JSONValue(bytes(of: content)), case .object = json else {
            return .failure(
                AWSError(
                    .badReference,
                    "secret '\(reference.id)' is not a JSON object, so it has no key '\(key)'; "
                        + "omit the key to get the whole text"
                )
            )
        }
        switch json[key] {
        case .string(let text), .number(let text): return .success(text)
        case .bool(let flag): return .success(flag ? "true" : "false")
        case nil:
            return .failure(
                AWSError(
                    .badReference,
                    "secret '\(reference.id)' has no key '\(key)'; keys are case-sensitive"
                )
            )
        case let other?:
            return .failure(
                AWSError(
                    .badReference,
                    "key '\(key)' of secret '\(reference.id)' is \(other.kind); only a string, a "
                        + "number or a boolean can be a variable's value"
                )
            )
        }
    }

    private func bytes(of content: Content) -> [UInt8] {
        switch content {
        case .text(let text): Array(text.utf8)
        case .binary(let base64): Data(base64Encoded: base64).map(Array.init) ?? []
        }
    }

    private func attempt(_ action: String, _ target: Target, _ signer: Credentials) -> Attempt {
        let fields = target.id.split(separator: ":", omittingEmptySubsequences: false)
        let isOtherRegion = fields.count == 7 && fields[3] != client.region
        return Attempt(
            action: action,
            permission: "'secretsmanager:GetSecretValue' on the secret, and 'kms:Decrypt' on its "
                + "key if the key is your own",
            whenMissing: isOtherRegion
                ? "its ARN names region '\(fields[3])'; set AWS_REGION to it"
                : "create it, or correct the name, the version or AWS_REGION",
            credentials: signer,
            region: client.region,
            time: client.now()
        )
    }
}
