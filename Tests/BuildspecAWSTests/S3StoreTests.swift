import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// The store's promises, kept by a bucket of moto's server.
@Suite(.moto, .timeLimit(.minutes(10)))
struct `A store in moto's bucket` {
    private let environment: [String: String]
    private let transport = CurlTransport()

    init() throws {
        let server = try #require(MotoTrait.server)
        environment = [
            "AWS_ENDPOINT_URL_S3": server.url, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
        ]
    }

    private func checks(_ bucket: String) async throws -> StoreChecks {
        try await TestBucket.make(bucket, environment)
        let location = try S3Location("s3://\(bucket)/ci/cache")
        let store = S3Store(location, environment: environment, transport: transport)
        return StoreChecks(store, place: "v1")
    }

    @Test func `what is written is read, replaced, looked at and removed`() async throws {
        try await checks("life").writesReadsAndRemoves()
        try await checks("seen").removesOnlyWhatWasSeen()
        try await checks("empty").keepsEmptyObjects()
        try await checks("large").refusesTooLargeObjects()
    }

    @Test func `names keep their letters, and prefixes find them`() async throws {
        try await checks("letters").takesEveryLetterOfNames()
        try await checks("prefixes").listsByPrefix()
    }

    @Test func `a listing goes on behind a thousand objects`() async throws {
        try await checks("many").listsManyPages(1_003)
    }

    @Test func `one of many writers creates an object`() async throws {
        try await checks("once").createsOnce(isExact: true)
    }

    @Test func `a bucket that is not there is an error, not an empty store`() async throws {
        let location = try S3Location("s3://nowhere/x")
        let store = S3Store(location, environment: environment, transport: transport)
        for call in [
            { _ = try await store.read("v1/a", limit: 9) },
            { try await store.write("v1/a", []) },
            { _ = try await store.list(prefix: "v1") },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: StoreError.self) { try await call() }
            #expect(error?.description.contains("the bucket is not there") == true)
        }
    }
}
