import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// A suite that has one SeaweedFS for all its tests.
struct SeaweedTrait: SuiteTrait, TestScoping {
    @TaskLocal static var server: SeaweedServer?

    var isRecursive: Bool { false }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await SeaweedServer.run { server in
            try await SeaweedTrait.$server.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == SeaweedTrait {
    /// Runs the suite with SeaweedFS beside it.
    static var seaweed: Self { SeaweedTrait() }
}

/// The store's promises, kept by a server that checks who asks.
@Suite(.seaweed, .timeLimit(.minutes(10)))
struct `A store in SeaweedFS` {
    private let environment: [String: String]
    private let transport = CurlTransport()

    init() throws {
        let server = try #require(SeaweedTrait.server)
        environment = [
            "AWS_ENDPOINT_URL_S3": server.url, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": SeaweedServer.accessKey,
            "AWS_SECRET_ACCESS_KEY": SeaweedServer.secretKey, "AWS_REGION": "us-east-1",
        ]
    }

    private func store(
        _ bucket: String,
        _ changes: [String: String] = [:]
    ) async throws -> S3Store {
        let settings = Settings(environment)
        let client = S3Client(
            try S3Bucket.resolve(
                S3Location("s3://\(bucket)"),
                settings,
                profiles: ProfileFiles(settings)
            ),
            credentials: CredentialCache { () async throws(AWSError) in
                Credentials(
                    accessKeyID: SeaweedServer.accessKey,
                    secretAccessKey: SeaweedServer.secretKey,
                    source: "a test"
                )
            },
            transport: transport
        )
        _ = try await client.send(
            .init(method: .put, key: nil, action: "make the bucket", permission: ""),
            accepting: [409]
        )
        return S3Store(
            try S3Location("s3://\(bucket)/ci/cache"),
            environment: environment.merging(changes) { $1 },
            transport: transport
        )
    }

    @Test func `what is written is read, replaced, looked at and removed`() async throws {
        let checks = StoreChecks(try await store("life"), place: "v1")
        try await checks.writesReadsAndRemoves()
        try await checks.removesOnlyWhatWasSeen()
        try await checks.keepsEmptyObjects()
        try await checks.refusesTooLargeObjects()
    }

    @Test func `names keep their letters, and prefixes find them`() async throws {
        let checks = StoreChecks(try await store("names"), place: "v1")
        try await checks.takesEveryLetterOfNames()
        try await checks.listsByPrefix()
    }

    @Test func `a listing goes on behind a thousand objects`() async throws {
        try await StoreChecks(try await store("many"), place: "v1").listsManyPages(1_003)
    }

    @Test func `one of many writers creates an object`() async throws {
        try await StoreChecks(try await store("once"), place: "v1").createsOnce(isExact: true)
    }

    @Test func `a signature with another secret is refused and said`() async throws {
        let store = try await store("locked", ["AWS_SECRET_ACCESS_KEY": "wrong"])
        let error = await #expect(throws: StoreError.self) {
            try await store.read("v1/x", limit: 9)
        }
        #expect(error?.code == .denied)
        #expect(error?.description.contains("check the secret key") == true)
    }

    @Test func `who may only read reads, and is told what a write needs`() async throws {
        let writer = try await store("shared")
        try await writer.write("v1/x", [1, 2])
        let reader = try await store(
            "shared",
            ["AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "reader-secret"]
        )
        #expect(try await reader.read("v1/x", limit: 9) == [1, 2])
        let error = await #expect(throws: StoreError.self) { try await reader.write("v1/x", []) }
        #expect(error?.code == .denied)
        #expect(error?.description.contains("s3:PutObject") == true)
    }

    @Test func `a clock that is two hours off is said, with the hours`() async throws {
        let settings = Settings(environment)
        let bucket = try S3Bucket.resolve(
            S3Location("s3://life"),
            settings,
            profiles: ProfileFiles(settings)
        )
        let client = S3Client(
            bucket,
            credentials: CredentialCache { () async throws(AWSError) in
                Credentials(
                    accessKeyID: SeaweedServer.accessKey,
                    secretAccessKey: SeaweedServer.secretKey,
                    source: "a test"
                )
            },
            transport: transport
        ) { Timestamp(seconds: Timestamp.now().seconds - 7_200) }
        let error = await #expect(throws: AWSError.self) {
            try await client.send(
                .init(method: .get, key: ["x"], action: "read 'x'", permission: "s3:GetObject")
            )
        }
        #expect(error?.code == .clockSkew, "\(String(describing: error))")
    }

    @Test func `boto3 reads what we wrote, and we read what it wrote`() async throws {
        let store = try await store("both")
        let bytes = Array(0...255).map { UInt8($0) } + [0, 10, 13]
        try await store.write("v1/keys/a%2Fb/~/x", bytes)
        let output = try await Boto3.run(
            """
            s3 = boto3.client("s3")
            body = s3.get_object(Bucket="both", Key="ci/cache/v1/keys/a%2Fb/~/x")["Body"].read()
            s3.put_object(Bucket="both", Key="ci/cache/v1/packs/00/y", Body=body + b"!")
            print(body.hex())
            """,
            environment
        )
        #expect(output == hexadecimal(bytes) + "\n")
        #expect(
            try await store.read("v1/packs/00/y", limit: 999) == bytes + [UInt8(ascii: "!")]
        )
    }

    /// An entry written through the store, restored by another machine, over the real server.
    @Test func `a tree goes through the bucket and comes back as it was`() async throws {
        let store = try await store("trees")
        let source = try TemporaryDirectory()
        var tree = RandomTree(seed: 66)
        try tree.fill(source.handle)
        let identity = CacheIdentity(scope: "p", key: "k", paths: ["**/*"])
        let saved = try await BuildCache(store: store).save(identity, from: source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        let restored = try await BuildCache(store: store).restore(identity, into: target.path)
        #expect(restored.outcome == .exact(key: "k"))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(source.path))
    }
}
