import TestSupport

@testable import BuildspecAWS

/// Buckets for tests, made as the environment's credentials.
enum TestBucket {
    /// Makes a bucket if there is none.
    ///
    /// - Parameters:
    ///   - name: the bucket.
    ///   - environment: the variables that configure AWS's tools.
    /// - Throws: when there is none.
    static func make(_ name: String, _ environment: [String: String]) async throws {
        _ = try await client(name, environment).send(
            .init(method: .put, key: nil, action: "make the bucket", permission: ""),
            accepting: [409]
        )
    }

    /// A client of a bucket.
    static func client(
        _ name: String,
        _ environment: [String: String],
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws -> S3Client {
        let settings = Settings(environment)
        let bucket = try S3Bucket.resolve(
            S3Location("s3://\(name)"),
            settings,
            profiles: ProfileFiles(settings)
        )
        let credentials = Credentials(
            accessKeyID: environment["AWS_ACCESS_KEY_ID"] ?? "",
            secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
            source: "a test"
        )
        return S3Client(
            bucket,
            credentials: CredentialCache { () async throws(AWSError) in credentials },
            transport: CurlTransport(),
            now: now
        )
    }
}
