import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Buckets for tests, with the credentials of the environment.
enum TestBucket {
    /// Creates a bucket if it does not exist.
    ///
    /// - Parameters:
    ///   - name: The name of the bucket.
    ///   - environment: The variables that configure AWS's tools.
    /// - Throws: An error if the bucket cannot be created.
    static func make(_ name: String, _ environment: [String: String]) async throws {
        _ = try await client(name, environment).send(
            .init(method: .put, key: nil, action: "make the bucket", permission: ""),
            accepting: [409]
        )
    }

    /// Creates a client of a bucket.
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

    /// Checks that a request with a clock two hours late is repeated with the server's time.
    static func expectClockIsSet(_ name: String, _ environment: [String: String]) async throws {
        let late = try client(name, environment) {
            Timestamp(seconds: Timestamp.now().seconds - 7_200)
        }
        let answer = try await late.send(
            .init(method: .get, key: ["x"], action: "read 'x'", permission: "s3:GetObject"),
            accepting: [404]
        )
        #expect(answer.status == 404)
    }

    /// Checks that boto3 and buildspec read each other's objects.
    static func expectBoto3(_ name: String, _ environment: [String: String]) async throws {
        let store = S3Store(try S3Location("s3://\(name)/ci"), environment: environment)
        let bytes = Array(0...255).map { UInt8($0) } + [0, 10, 13]
        try await store.write("v1/keys/a%2Fb/~/x", bytes)
        let output = try await Boto3.run(
            """
            s3 = boto3.client("s3")
            bucket = os.environ["TEST_BUCKET"]
            body = s3.get_object(Bucket=bucket, Key="ci/v1/keys/a%2Fb/~/x")["Body"].read()
            s3.put_object(Bucket=bucket, Key="ci/v1/packs/00/y", Body=body + b"!")
            print(body.hex())
            """,
            environment.merging(["TEST_BUCKET": name]) { $1 }
        )
        #expect(output == Hex.encode(bytes) + "\n")
        let written = try await store.read("v1/packs/00/y", limit: 999)?.bytes
        #expect(written == bytes + [UInt8(ascii: "!")])
    }

    /// Checks that a random tree is saved to a store and restored from it unchanged.
    static func expectRoundTrip(_ store: S3Store, seed: UInt64) async throws {
        let identity = CacheIdentity(scope: "p", key: "k", paths: ["**/*"])
        let source = try TemporaryDirectory()
        var tree = RandomTree(seed: seed)
        try tree.fill(source.handle)
        let saved = try await BuildCache(store: store).save(identity, from: source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        let restored = try await BuildCache(store: store).restore(identity, into: target.path)
        #expect(restored.outcome == .exact(key: "k"))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(source.path))
        #expect(try await BuildCache(store: store).verify().problems == [])
    }

    /// Checks that an object whose bytes do not match its name is refused.
    static func expectVerifiedNames(_ store: S3Store) async throws {
        let name = "v1/packs/00/" + String(repeating: "0", count: 64) + ".tar.zst"
        await #expect(throws: StoreError.self) { try await store.write(name, [1, 2, 3]) }
        #expect(try await store.read(name, limit: 9) == nil)
    }
}
