/// The client of a store or an uploader, made on first use.
actor SharedClient {
    private let connect: @Sendable () async throws(AWSError) -> S3Client
    private var cached: S3Client?

    /// Creates a client over a transport of one request; `nil` is libcurl.
    ///
    /// `stall` is how long an exchange can stall; `nil` is 10 seconds.
    init(
        _ location: S3Location,
        _ environment: [String: String],
        _ transport: (any HTTPTransport)?,
        _ stall: Duration?
    ) {
        connect = { () async throws(AWSError) in
            try S3Client.connecting(
                location,
                environment,
                transport,
                stall ?? S3Client.stallTimeout
            )
        }
    }

    func client() async throws(AWSError) -> S3Client {
        if let cached { return cached }
        // Two concurrent callers can both make a client; the first one stays.
        let client = try await connect()
        if cached == nil { cached = client }
        return cached ?? client
    }
}
