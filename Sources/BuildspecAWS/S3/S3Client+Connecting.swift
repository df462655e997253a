extension S3Client {
    /// Makes a client as the address and the environment configure it.
    static func connecting(
        _ location: S3Location,
        _ environment: [String: String],
        _ transport: (any HTTPTransport)?,
        _ stallTimeout: Duration
    ) throws(AWSError) -> S3Client {
        var environment = environment
        let profile = S3Location.Option.profile
        if let named = location.options[profile] ?? environment[profile.variable] {
            environment["AWS_PROFILE"] = named
        }
        let settings = Settings(environment)
        let profiles = ProfileFiles(settings)
        let bucket = try S3Bucket.resolve(location, settings, profiles: profiles)
        let transport = transport ?? CurlTransport(caBundle: settings["AWS_CA_BUNDLE"])
        let policy = RetryPolicy(attempts: 5, unansweredAttempts: 2, deadline: .seconds(900))
        let retrying = RetryingTransport(transport, policy: policy)
        let anonymous = S3Location.Option.anonymous
        let value = location.options[anonymous] ?? settings[anonymous.variable]
        let isAnonymous = value.flatMap(SwitchText.isOn) == true
        let chain = CredentialChain.standard(settings, profiles: profiles, transport: transport)
        let cache = CredentialCache { () async throws(AWSError) in try await chain.credentials() }
        return S3Client(
            bucket,
            credentials: isAnonymous ? nil : cache,
            transport: retrying,
            stallTimeout: stallTimeout
        )
    }
}
