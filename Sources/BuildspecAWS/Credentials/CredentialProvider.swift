/// A source that may have credentials.
package protocol CredentialProvider: Sendable {
    /// Looks up credentials in the source.
    ///
    /// - Returns: The credentials, or the reason why the source has none.
    /// - Throws: An error if the source is configured and fails. The search stops then, because the next
    ///   source would sign with credentials that the user did not select.
    func lookUp() async throws(AWSError) -> CredentialLookup
}

/// The result of looking up credentials in a source.
package enum CredentialLookup: Sendable, Equatable {
    case found(Credentials)
    /// The source and why it has no credentials, for the error that lists all sources.
    case absent(String)
}

/// The sources in AWS's order; the first one with credentials wins.
///
/// Source: AWS SDKs and tools reference guide, "Standardized credential providers".
package struct CredentialChain: CredentialProvider {
    private let providers: [any CredentialProvider]

    package init(_ providers: [any CredentialProvider]) {
        self.providers = providers
    }

    /// Makes the chain of environment, profile, container and instance.
    package static func standard(
        _ settings: Settings,
        profiles: ProfileFiles,
        transport: any HTTPTransport
    ) -> CredentialChain {
        CredentialChain([
            EnvironmentCredentials(settings),
            ProfileCredentials(settings, profiles: profiles),
            ContainerCredentials(settings, transport: RetryingTransport(transport)),
            // Not retried, because on a machine that is not an instance nothing ever answers.
            InstanceCredentials(settings, transport: transport),
        ])
    }

    package func lookUp() async throws(AWSError) -> CredentialLookup {
        var reasons: [String] = []
        for provider in providers {
            switch try await provider.lookUp() {
            case .found(let credentials): return .found(credentials)
            case .absent(let reason): reasons.append(reason)
            }
        }
        return .absent(reasons.joined(separator: ", "))
    }

    /// Looks up credentials, and throws an error that lists all sources if none has them.
    package func credentials() async throws(AWSError) -> Credentials {
        switch try await lookUp() {
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
