import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Buckets of a server that checks signatures and permissions.
@Suite(.timed, .seaweed, .timeLimit(.minutes(10)))
struct `SeaweedFS buckets` {
    private let environment: [String: String]
    private let transport = CurlTransport()

    init() throws {
        environment = try #require(SeaweedTrait.server).environment
    }

    private func store(
        _ bucket: String,
        _ changes: [String: String] = [:]
    ) async throws -> S3Store {
        try await TestBucket.make(bucket, environment)
        return S3Store(
            try S3Location("s3://\(bucket)/ci/cache"),
            environment: environment.merging(changes) { $1 },
            transport: transport
        )
    }

    @Test func `a request signed with a wrong secret is denied with an explanation`() async throws {
        let store = try await store("locked", ["AWS_SECRET_ACCESS_KEY": "wrong"])
        let error = await #expect(throws: StoreError.self) {
            try await store.read("v1/x", limit: 9)
        }
        #expect(error?.code == .denied)
        #expect(
            error?.description.contains("the secret key and the session token belong together")
                == true
        )
    }

    @Test func `a reader can read, and a write names the missing permission`() async throws {
        let writer = try await store("shared")
        try await writer.write("v1/x", [1, 2])
        let reader = try await store(
            "shared",
            ["AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "reader-secret"]
        )
        #expect(try await reader.read("v1/x", limit: 9)?.bytes == [1, 2])
        let error = await #expect(throws: StoreError.self) { try await reader.write("v1/x", []) }
        #expect(error?.code == .denied)
        #expect(error?.description.contains("s3:PutObject") == true)
    }

    @Test func `a request with a clock two hours late is repeated with the server's time`()
        async throws
    {
        try await TestBucket.make("late", environment)
        try await TestBucket.expectClockIsSet("late", environment)
    }

    @Test func `an object whose bytes do not match its name is refused`() async throws {
        try await TestBucket.expectVerifiedNames(try await store("proof"))
    }

    @Test func `an anonymous store reads a public bucket and cannot write to it`() async throws {
        let writer = try await store("public")
        try await writer.write("v1/x", [1, 2])
        let reader = S3Store(
            try S3Location("s3://public/ci/cache?anonymous=true"),
            environment: ["AWS_ENDPOINT_URL_S3": environment["AWS_ENDPOINT_URL_S3"] ?? ""],
            transport: transport
        )
        #expect(try await reader.read("v1/x", limit: 9)?.bytes == [1, 2])
        #expect(try await reader.list(prefix: "v1/").objects.map(\.name) == ["v1/x"])
        let error = await #expect(throws: StoreError.self) { try await reader.write("v1/y", []) }
        #expect(error?.code == .denied)
    }

    @Test func `a tree saved to a bucket is restored unchanged on another machine`() async throws {
        try await TestBucket.expectRoundTrip(try await store("trees"), seed: 66)
    }
}
