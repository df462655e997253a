internal import BuildspecAWS
internal import BuildspecRunner

/// A resolver of parameters and secrets that reads them from AWS with this machine's credentials.
struct AWSSecretResolver: SecretResolver {
    /// The host's variables; no file is read and no request sent before `resolve`.
    let environment: [String: String]

    func resolve(
        parameters: [ReferencedVariable],
        secrets: [ReferencedVariable]
    ) async throws -> [String: String] {
        do {
            return try await SecretReferences(environment: environment).resolve(
                parameters: parameters.map { .init(name: $0.name, reference: $0.reference) },
                secrets: secrets.map { .init(name: $0.name, reference: $0.reference) }
            )
        } catch {
            throw UnreadReferences(names: error.names, "\(error.error)")
        }
    }
}
