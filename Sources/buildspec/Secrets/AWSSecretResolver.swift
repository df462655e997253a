internal import BuildspecAWS
internal import BuildspecRunner

/// Reads parameters and secrets from AWS, with the credentials of this machine.
struct AWSSecretResolver: SecretResolver {
    private let environment: [String: String]

    /// Creates a resolver; nothing is looked up before it is asked.
    ///
    /// - Parameter environment: the host's variables.
    init(_ environment: [String: String]) {
        self.environment = environment
    }

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
