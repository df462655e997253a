/// Credentials of the role of an EC2 instance.
struct InstanceCredentials: CredentialProvider {
    private let metadata: InstanceMetadata

    init(_ settings: Settings, transport: any HTTPTransport) {
        metadata = InstanceMetadata(settings, transport: transport)
    }

    func lookUp() async throws(AWSError) -> CredentialLookup {
        do throws(InstanceMetadata.Failure) {
            return .found(try await metadata.read(credentials))
        } catch {
            switch error {
            case .unavailable(let reason): return .absent(reason)
            case .failed(let error): throw error
            }
        }
    }

    private func credentials(
        _ session: InstanceMetadata.Session
    ) async throws(InstanceMetadata.Failure) -> Credentials {
        let roles = try await session.text("iam", "security-credentials", "")
        guard let role = roles?.split(whereSeparator: \.isWhitespace).first.map(String.init) else {
            throw .unavailable("the instance has no role")
        }
        guard let text = try await session.text("iam", "security-credentials", role) else {
            throw .unavailable("the instance's role '\(role)' has no credentials")
        }
        do throws(AWSError) {
            return try EndpointCredentials.parse(
                Array(text.utf8),
                source: "the instance's role '\(role)'"
            )
        } catch {
            throw .failed(error)
        }
    }
}
