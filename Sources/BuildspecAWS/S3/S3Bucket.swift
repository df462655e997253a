/// How a bucket is reached: its location with all that the variables and AWS's files say.
struct S3Bucket: Sendable, Equatable {
    /// Whether the bucket stands in the path or in the host's name.
    enum Addressing: String, Sendable {
        case path
        case virtual
    }

    /// The bucket's name.
    var name: String
    /// The prefix of all keys.
    var prefix: [String]
    /// The service's own endpoint, the bucket not in it.
    var endpoint: Endpoint
    /// Whether the endpoint is AWS's, whose host follows the region.
    var isAWS: Bool
    var addressing: Addressing
    /// The region that requests are signed for.
    var region: String
    /// Headers of every request that makes an object.
    var writeHeaders: [HTTPRequest.Header]

    /// Where a request goes, and the path in front of a key.
    func place(_ region: String, _ service: Endpoint) -> (endpoint: Endpoint, path: [String]) {
        switch addressing {
        case .path: return (service, [name])
        case .virtual:
            var endpoint = service
            endpoint.host = name + "." + service.host
            return (endpoint, [])
        }
    }

    /// The address for messages.
    var address: String { (["s3:/", name] + prefix).joined(separator: "/") }
}

extension S3Bucket {
    /// Settles how a bucket is reached.
    ///
    /// An option of the address beats its variable, which beats AWS's own variables, which beat the
    /// profile.
    ///
    /// - Parameters:
    ///   - location: the address.
    ///   - settings: the environment.
    ///   - profiles: AWS's shared files.
    /// - Returns: the bucket.
    /// - Throws: when a setting is impossible.
    static func resolve(
        _ location: S3Location,
        _ settings: Settings,
        profiles: ProfileFiles
    ) throws(AWSError) -> S3Bucket {
        func option(_ option: S3Location.Option) -> String? {
            location.options[option] ?? settings[option.variable]
        }
        for option in S3Location.Option.allCases where location.options[option] == nil {
            guard let problem = settings[option.variable].flatMap(option.problem(with:)) else {
                continue
            }
            throw AWSError(.badConfiguration, "\(option.variable): \(problem)")
        }
        let profile = try profiles.current(settings)
        let region = try region(option(.region), settings, profile)
        var endpoint = try AWSService.s3.endpoint(region: region, settings, profiles: profiles)
        if let given = option(.endpoint).flatMap({ Endpoint($0) }) { endpoint = given }
        let isAWS = endpoint.host.contains(".amazonaws.") || endpoint.host.hasSuffix(".api.aws")
        let style = option(.addressing) ?? profile?.nested["s3"]?["addressing_style"] ?? "auto"
        return S3Bucket(
            name: location.bucket,
            prefix: location.prefix,
            endpoint: endpoint,
            isAWS: isAWS,
            addressing: try addressing(style, location.bucket, isAWS),
            region: region,
            writeHeaders: writeHeaders(option)
        )
    }

    private static func region(
        _ given: String?,
        _ settings: Settings,
        _ profile: ProfileFile.Section?
    ) throws(AWSError) -> String {
        let found = [
            (given, "the bucket's region"), (settings["AWS_REGION"], "AWS_REGION"),
            (settings["AWS_DEFAULT_REGION"], "AWS_DEFAULT_REGION"),
            (profile?.values["region"], "'region' of the profile"),
        ]
        for (region, place) in found {
            if let region, !region.isEmpty { return try Region.checked(region, place) }
        }
        // Any region tells where the bucket really is.
        return "us-east-1"
    }

    /// AWS wants the bucket in the host's name, where a certificate for it can exist; other servers
    /// mostly have no such names.
    private static func addressing(
        _ style: String,
        _ bucket: String,
        _ isAWS: Bool
    ) throws(AWSError) -> Addressing {
        if let addressing = Addressing(rawValue: style) { return addressing }
        guard style == "auto" else {
            throw AWSError(
                .badConfiguration,
                "the addressing of a bucket is 'auto', 'path' or 'virtual', not '\(style)'"
            )
        }
        let isHost = bucket == bucket.lowercased() && !bucket.contains(where: { "._".contains($0) })
        return isAWS && isHost ? .virtual : .path
    }

    private static func writeHeaders(
        _ option: (S3Location.Option) -> String?
    ) -> [HTTPRequest.Header] {
        var headers: [HTTPRequest.Header] = []
        let encryption = option(.encryption) ?? option(.kmsKey).map { _ in "aws:kms" }
        if let encryption {
            headers.append(.init("X-Amz-Server-Side-Encryption", encryption))
        }
        if let key = option(.kmsKey) {
            headers.append(.init("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", key))
        }
        if let storage = option(.storageClass) {
            headers.append(.init("X-Amz-Storage-Class", storage))
        }
        return headers
    }
}
