import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// A cache over a failing network: no wrong byte reaches a tree, and intact entries are restored.
@Suite(.timed, .moto, .timeLimit(.minutes(10)))
struct `Network faults` {
    private let server: MotoServer
    private let source: TemporaryDirectory
    private let identity = CacheIdentity(scope: "p", key: "k", paths: ["tree/**/*"])

    init() throws {
        server = try #require(MotoTrait.server)
        source = try TemporaryDirectory()
        var random = SplitMix64(seed: 61)
        for number in 0..<8 {
            let text = random.bytes(20_000).map { String($0, radix: 36) }.joined()
            try source.write(text, to: "tree/file\(number)")
        }
    }

    /// Checks that a target has only the file that the test wrote.
    private func expectUntouched(_ target: TemporaryDirectory) throws {
        let tree = try target.handle.directory(Array("tree".utf8))
        #expect(try tree.names().map { String(decoding: $0, as: UTF8.self) } == ["file0"])
        #expect(try target.read("tree/file0") == "mine")
    }

    /// Creates the cache of a new machine, over the server at a URL.
    private func cache(_ url: String, _ bucket: String) throws -> BuildCache {
        BuildCache(
            store: S3Store(
                try S3Location("s3://\(bucket)/ci"),
                environment: environment(url),
                transport: nil,
                stall: .seconds(1)
            ),
            indexDirectory: try TemporaryDirectory().path
        )
    }

    private func environment(_ url: String) -> [String: String] {
        [
            "AWS_ENDPOINT_URL_S3": url, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        ]
    }

    private func makeBucket(_ name: String) async throws {
        try await TestBucket.make(name, environment(server.url))
    }

    @Test(arguments: [FaultyProxy.Fault.reset, .truncate, .busy])
    func `a save and a restore retry requests that sometimes fail`(
        fault: FaultyProxy.Fault
    ) async throws {
        let bucket = "again-\(fault.rawValue)"
        try await makeBucket(bucket)
        try await FaultyProxy.run(server.url, fault, period: 3) { proxy in
            let saved = try await cache(proxy.url, bucket).save(identity, from: source.path)
            #expect(saved.outcome == .saved)
            let target = try TemporaryDirectory()
            let restored = try await cache(proxy.url, bucket).restore(identity, into: target.path)
            #expect(restored.outcome == .exact(key: "k"), "\(restored)")
            #expect(try TreeSnapshot(target.path) == TreeSnapshot(source.path))
        }
        #expect(try await cache(server.url, bucket).verify().problems == [])
    }

    @Test func `a save retries requests to a server that sometimes stalls`() async throws {
        try await makeBucket("still")
        try await FaultyProxy.run(server.url, .stall, period: 6) { proxy in
            let saved = try await cache(proxy.url, "still").save(identity, from: source.path)
            #expect(saved.outcome == .saved)
        }
        #expect(try await cache(server.url, "still").verify().problems == [])
    }

    @Test func `wrong bytes from the network are a miss and leave the tree unchanged`() async throws
    {
        try await makeBucket("wrong")
        _ = try await cache(server.url, "wrong").save(identity, from: source.path)
        try await FaultyProxy.run(server.url, .corrupt, period: 3, method: "GET") { proxy in
            let target = try TemporaryDirectory()
            try target.write("mine", to: "tree/file0")
            let restored = try await cache(proxy.url, "wrong").restore(identity, into: target.path)
            guard case .miss = restored.outcome else {
                Issue.record("\(restored)")
                return
            }
            #expect(restored.notes.contains { $0.contains("damaged") }, "\(restored.notes)")
            try expectUntouched(target)
        }
    }

    @Test func `a cache works with a clock that differs by two hours from the service's`()
        async throws
    {
        try await makeBucket("skew")
        try await FaultyProxy.run(server.url, .skew) { proxy in
            let saved = try await cache(proxy.url, "skew").save(identity, from: source.path)
            #expect(saved.outcome == .saved && saved.notes == [])
            let target = try TemporaryDirectory()
            let restored = try await cache(proxy.url, "skew").restore(identity, into: target.path)
            #expect(restored.outcome == .exact(key: "k"), "\(restored)")
            #expect(try TreeSnapshot(target.path) == TreeSnapshot(source.path))
        }
    }

    @Test func `a broken connection repeats only the transfer of one object`() async throws {
        try await makeBucket("once")
        try await FaultyProxy.run(server.url, .reset, period: 5, method: "PUT") { proxy in
            _ = try await cache(proxy.url, "once").save(identity, from: source.path)
            let puts = try proxy.requests().filter { $0.hasPrefix("PUT") }
            #expect(puts.count - Set(puts).count == puts.count / 5, "\(puts)")
        }
    }

    @Test(arguments: FaultyProxy.Fault.allCases.filter { $0 != .skew })
    func `a network that never works is an error or a miss within 30 seconds`(
        fault: FaultyProxy.Fault
    ) async throws {
        let bucket = "never-\(fault.rawValue)"
        try await makeBucket(bucket)
        _ = try await cache(server.url, bucket).save(identity, from: source.path)
        try await FaultyProxy.run(server.url, fault, period: 1) { proxy in
            let target = try TemporaryDirectory()
            try target.write("mine", to: "tree/file0")
            let start = ContinuousClock.now
            let cache = try cache(proxy.url, bucket)
            let restored = try? await cache.restore(identity, into: target.path)
            if let restored {
                guard case .miss = restored.outcome else {
                    Issue.record("\(restored)")
                    return
                }
            }
            #expect(ContinuousClock.now - start < .seconds(30))
            try expectUntouched(target)
        }
    }
}
