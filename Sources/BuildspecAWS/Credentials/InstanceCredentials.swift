/// Credentials of the role that is attached to an EC2 instance.
package struct InstanceCredentials: CredentialProvider {
    private let metadata: InstanceMetadata

    package init(_ settings: Settings, transport: any HTTPTransport) {
        metadata = InstanceMetadata(settings, transport: transport)
    }

    package func look() async throws(AWSError) -> Finding {
        do throws(InstanceMetadata.Absence) {
            return .found(try await metadata.read(credentials))
        } catch {
            switch error {
            case .absent(let reason): return .absent(reason)
            case .broken(let error): throw error
            }
        }
    }

    private func credentials(
        _ session: InstanceMetadata.Session
    ) async throws(InstanceMetadata.Absence) -> Credentials {
        let roles = try await session.text("iam", "security-credentials", "")
        guard let role = roles?.split(whereSeparator: \.isWhitespace).first.map(String.init) else {
            throw .absent("the instance has no role")
        }
        guard let text = try await session.text("iam", "security-credentials", role) else {
            throw .absent("the instance's role '\(role)' has no credentials")
        }
        do throws(AWSError) {
            return try EndpointCredentials.parse(
                Array(text.utf8),
                source: "the instance's role '\(role)'"
            )
        } catch {
            throw .broken(error)
        }
    }
}
