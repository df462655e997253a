/// The choice of the region, and the check of its name, which becomes part of a host name.
enum Region {
    /// Resolves the region of the environment, else of the profile, else of the instance.
    ///
    /// Source: AWS SDKs and tools reference guide, "AWS Region".
    static func resolve(
        _ settings: Settings,
        profiles: ProfileFiles,
        transport: any HTTPTransport
    ) async throws(AWSError) -> String {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let region = settings[name] { return try checked(region, name) }
        }
        let profile = settings.profile.name
        if let region = try profiles.current(settings)?.values["region"], !region.isEmpty {
            return try checked(region, "'region' of profile '\(profile)'")
        }
        let reason: String
        switch await Region.ofInstance(settings, transport) {
        case .success(let region): return try checked(region, "the instance's region")
        case .failure(.unavailable(let text)): reason = text
        case .failure(.failed(let error)): reason = error.message
        }
        throw AWSError(
            .noRegion,
            "no AWS region is known: AWS_REGION and AWS_DEFAULT_REGION are not set, profile "
                + "'\(profile)' has no 'region', \(reason); set AWS_REGION"
        )
    }

    private static func ofInstance(
        _ settings: Settings,
        _ transport: any HTTPTransport
    ) async -> Result<String, InstanceMetadata.Failure> {
        let metadata = InstanceMetadata(settings, transport: transport)
        do throws(InstanceMetadata.Failure) {
            return .success(try await metadata.read(region))
        } catch {
            return .failure(error)
        }
    }

    private static func region(
        _ session: InstanceMetadata.Session
    ) async throws(InstanceMetadata.Failure) -> String {
        guard let region = try await session.text("placement", "region") else {
            throw .unavailable("the instance metadata service has no region")
        }
        return region
    }

    /// Throws for a text that would change the host, and returns the region otherwise.
    static func checked(_ region: String, _ source: String) throws(AWSError) -> String {
        let isName = region.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        if isName, !region.isEmpty, !region.hasPrefix("-"), !region.hasSuffix("-") { return region }
        throw AWSError(
            .badConfiguration,
            "\(source) is '\(region)', which is not a region name, such as 'eu-central-1'"
        )
    }
}
