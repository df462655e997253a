import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Buckets of the moto server that the suite's tests share.
struct MotoBucket {
    /// The variables that configure AWS's tools for the server.
    let environment: [String: String]
    private let transport = CurlTransport()

    init() throws {
        let server = try #require(MotoTrait.server)
        environment = [
            "AWS_ENDPOINT_URL_S3": server.url, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
        ]
    }

    /// Creates a store in a bucket, which need not exist.
    func store(at address: String) throws -> S3Store {
        S3Store(try S3Location(address), environment: environment, transport: transport)
    }

    /// Creates a bucket and a store below a prefix of it.
    func newStore(_ bucket: String) async throws -> S3Store {
        try await TestBucket.make(bucket, environment)
        return try store(at: "s3://\(bucket)/ci/cache")
    }
}
