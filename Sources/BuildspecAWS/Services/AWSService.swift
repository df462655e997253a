/// A service of AWS with its names in signatures, hosts, variables and profiles.
struct AWSService: Sendable, Hashable {
    /// The name in the scope of a signature, and the first label of the service's hosts.
    var name: String
    /// The end of `AWS_ENDPOINT_URL_…`; in lower case, the name in a `[services]` section.
    var variableSuffix: String

    static let parameterStore = AWSService(name: "ssm", variableSuffix: "SSM")
    static let secretsManager = AWSService(
        name: "secretsmanager",
        variableSuffix: "SECRETS_MANAGER"
    )

    static let s3 = AWSService(name: "s3", variableSuffix: "S3")

    /// Resolves the endpoint of the service.
    ///
    /// The first of: the variable of the service, the variable for all services, the profile's
    /// `services` section, the profile's `endpoint_url`, the endpoint of AWS.
    ///
    /// Source: AWS SDKs and tools reference guide, "Service-specific endpoints".
    func endpoint(
        region: String,
        _ settings: Settings,
        profiles: ProfileFiles
    ) throws(AWSError) -> Endpoint {
        let name = settings.profile.name
        let profile = try profiles.current(settings)
        let ignoring =
            settings["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]
            ?? profile?.values["ignore_configured_endpoint_urls"]
        if ignoring?.lowercased() != "true" {
            for variable in ["AWS_ENDPOINT_URL_" + variableSuffix, "AWS_ENDPOINT_URL"] {
                if let text = settings[variable] { return try parse(text, variable) }
            }
            if let text = try configured(profile, profiles) {
                return try parse(text, "'endpoint_url' of profile '\(name)'")
            }
        }
        return try standard(region: region, settings)
    }

    private func configured(
        _ profile: ProfileFile.Section?,
        _ profiles: ProfileFiles
    ) throws(AWSError) -> String? {
        if let name = profile?.values["services"], let services = try profiles.services(name),
            let text = services.nested[variableSuffix.lowercased()]?["endpoint_url"]
        {
            return text
        }
        return profile?.values["endpoint_url"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func parse(_ text: String, _ source: String) throws(AWSError) -> Endpoint {
        if let endpoint = Endpoint(text) { return endpoint }
        throw AWSError(
            .badConfiguration,
            "\(source) is not an http or https URL, such as 'http://127.0.0.1:5000'"
        )
    }

    private func standard(region: String, _ settings: Settings) throws(AWSError) -> Endpoint {
        let partition = Partition(region: region)
        let prefix = try settings.flag("AWS_USE_FIPS_ENDPOINT") ? name + "-fips" : name
        let suffix =
            try settings.flag("AWS_USE_DUALSTACK_ENDPOINT")
            ? partition.dualStackSuffix : partition.suffix
        return Endpoint(.https, "\(prefix).\(region).\(suffix)")
    }
}

/// A partition of AWS; partitions share neither accounts nor domain names.
private struct Partition {
    var suffix = "amazonaws.com"
    var dualStackSuffix = "api.aws"

    private static let others = [
        ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
        ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ]

    init(region: String) {
        guard let other = Partition.others.first(where: { region.hasPrefix($0.0) }) else { return }
        (suffix, dualStackSuffix) = (other.1, other.2)
    }
}
