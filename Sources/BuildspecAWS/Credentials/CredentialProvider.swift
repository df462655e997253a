/// A source that may have credentials.
protocol CredentialProvider: Sendable {
    /// Looks up credentials in the source.
    ///
    /// It throws if the source is configured and fails. The search stops then, because the next
    /// source would sign with credentials that the user did not select.
    func lookUp() async throws(AWSError) -> CredentialLookup
}

/// The result of looking up credentials in a source.
enum CredentialLookup: Sendable, Equatable {
    case found(Credentials)
    /// The source and why it has no credentials, for the error that lists all sources.
    case absent(String)
}

/// The sources in AWS's order; the first one with credentials wins.
///
/// Source: AWS SDKs and tools reference guide, "Standardized credential providers".
struct CredentialChain: Sendable {
    private let providers: [any CredentialProvider]

    init(_ providers: [any CredentialProvider]) {
        self.providers = providers
    }

    /// Makes the chain of environment, profile, container and instance.
    static func standard(
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

    /// Looks up credentials, and throws an error that lists all sources if none has them.
    func credentials() async throws(AWSError) -> Credentials {
        var reasons: [String] = []
        for provider in providers {
            switch try await provider.lookUp() {
            case .found(let credentials): return credentials
            case .absent(let reason): reasons.append(reason)
            }
        }
        throw AWSError(
            .noCredentials,
            "no AWS credentials were found: \(reasons.joined(separator: ", ")); set "
                + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile in AWS_PROFILE, or "
                + "run where a role is attached"
        )
    }
}
