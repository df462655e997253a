/// One place that may have credentials.
package protocol CredentialProvider: Sendable {
    /// Looks there.
    ///
    /// - Returns: credentials, or why there are none.
    /// - Throws: when this place is meant and does not work: to look further then would sign with
    ///   credentials that nobody asked for.
    func look() async throws(AWSError) -> Finding
}

/// What a look at one place gave.
package enum Finding: Sendable, Equatable {
    case found(Credentials)
    /// The place and why it has none, for the error that lists all places.
    case absent(String)
}

/// The places in AWS's order; the first that has credentials wins.
///
/// Source: AWS SDKs and tools reference guide, "Standardized credential providers".
package struct CredentialChain: CredentialProvider {
    private let providers: [any CredentialProvider]

    package init(_ providers: [any CredentialProvider]) {
        self.providers = providers
    }

    /// Environment, profile, container, instance.
    package static func standard(
        _ settings: Settings,
        profiles: ProfileFiles,
        transport: any HTTPTransport
    ) -> CredentialChain {
        CredentialChain([
            EnvironmentCredentials(settings),
            ProfileCredentials(settings, profiles: profiles),
            ContainerCredentials(settings, transport: RetryingTransport(transport)),
            // Not retried: on a machine that is no instance nobody ever answers.
            InstanceCredentials(settings, transport: transport),
        ])
    }

    package func look() async throws(AWSError) -> Finding {
        var absences: [String] = []
        for provider in providers {
            switch try await provider.look() {
            case .found(let credentials): return .found(credentials)
            case .absent(let reason): absences.append(reason)
            }
        }
        return .absent(absences.joined(separator: ", "))
    }

    /// Credentials, or the error that says where they were looked for.
    package func credentials() async throws(AWSError) -> Credentials {
        switch try await look() {
        case .found(let credentials): return credentials
        case .absent(let reasons):
            throw AWSError(
                .noCredentials,
                "no AWS credentials were found: \(reasons); set AWS_ACCESS_KEY_ID and "
                    + "AWS_SECRET_ACCESS_KEY, name a profile in AWS_PROFILE, or run where a role "
                    + "is attached"
            )
        }
    }
}
