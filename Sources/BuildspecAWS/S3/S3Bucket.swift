/// How a bucket is reached: its address with the settings of variables and AWS's files.
struct S3Bucket: Sendable, Equatable {
    /// Whether the bucket's name is in the path or in the host name.
    enum Addressing: String, Sendable {
        case path
        case virtual
    }

    var name: String
    var prefix: [String]
    /// The endpoint of the service, without the bucket.
    var endpoint: Endpoint
    /// Whether the endpoint belongs to AWS, whose hosts contain the region.
    var isAWS: Bool
    var addressing: Addressing
    /// The region that requests are signed for.
    var region: String
    /// The headers of every request that writes an object.
    var writeHeaders: [HTTPRequest.Header]

    /// The endpoint that requests go to, and the path before a key.
    func target(at service: Endpoint) -> (endpoint: Endpoint, path: [String]) {
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
    /// Resolves how a bucket is reached.
    ///
    /// An option of the address beats its variable, which beats AWS's variables, which beat the
    /// profile.
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
        for (region, source) in found {
            if let region, !region.isEmpty { return try Region.checked(region, source) }
        }
        // Every region reports the region of a bucket.
        return "us-east-1"
    }

    /// The addressing that a style means.
    ///
    /// AWS wants the bucket in the host name, if a certificate can cover that name. Most other servers
    /// have no such host names.
    private static func addressing(
        _ style: String,
        _ bucket: String,
        _ isAWS: Bool
    ) throws(AWSError) -> Addressing {
        if let addressing = Addressing(rawValue: style) { return addressing }
        guard style == "auto" else {
            throw AWSError(
                .badConfiguration,
                "the addressing of a bucket must be 'auto', 'path' or 'virtual', not '\(style)'"
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
