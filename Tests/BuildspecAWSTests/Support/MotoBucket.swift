import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Buckets of the moto server that the suite's tests share.
struct MotoBucket {
    /// What AWS's tools would be told to reach it.
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

    /// A store in a bucket that need not be there.
    func store(at address: String) throws -> S3Store {
        S3Store(try S3Location(address), environment: environment, transport: transport)
    }

    /// A store below a prefix of a new bucket.
    func newStore(_ bucket: String) async throws -> S3Store {
        try await TestBucket.make(bucket, environment)
        return try store(at: "s3://\(bucket)/ci/cache")
    }
}
