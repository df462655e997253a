import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Objects that buildspec and AWS's tools exchange through SeaweedFS.
@Suite(.timed, .seaweed, .timeLimit(.minutes(10)))
struct `AWS tools and stores` {
    private let environment: [String: String]
    private let identity = CacheIdentity(scope: "p", key: "k", paths: ["**/*"])

    init() throws {
        environment = try #require(SeaweedTrait.server).environment
    }

    private func tree() throws -> TemporaryDirectory {
        let source = try TemporaryDirectory()
        var tree = RandomTree(seed: 67)
        try tree.fill(source.handle)
        return source
    }

    private func store(_ address: String) throws -> S3Store {
        S3Store(try S3Location(address), environment: environment)
    }

    @Test func `boto3 and buildspec read each other's objects`() async throws {
        try await TestBucket.make("both", environment)
        try await TestBucket.expectBoto3("both", environment)
    }

    @Test func `a store copied from a bucket by the aws command restores the tree`() async throws {
        try await TestBucket.make("out", environment)
        let source = try tree()
        let saving = BuildCache(store: try store("s3://out/ci"))
        _ = try await saving.save(identity, from: source.path)
        let copy = try TemporaryDirectory()
        try await AWSCommand.run(["s3", "sync", "s3://out/ci", copy.path.string], environment)
        let copied = BuildCache(directory: copy.path)
        #expect(try await copied.verify().problems == [])
        let target = try TemporaryDirectory()
        let restored = try await copied.restore(identity, into: target.path)
        #expect(restored.outcome == .exact(key: "k"))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(source.path))
    }

    @Test func `a store copied into a bucket by the aws command restores the tree`() async throws {
        try await TestBucket.make("into", environment)
        let source = try tree()
        let directory = try TemporaryDirectory()
        _ = try await BuildCache(directory: directory.path).save(identity, from: source.path)
        try await AWSCommand.run(["s3", "sync", directory.path.string, "s3://into"], environment)
        let target = try TemporaryDirectory()
        let copied = BuildCache(store: try store("s3://into"))
        let restored = try await copied.restore(identity, into: target.path)
        #expect(restored.outcome == .exact(key: "k"))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(source.path))
    }
}
