import BuildspecCache
import TestSupport
import Testing

@testable import BuildspecAWS

/// A moto bucket that trusted and untrusted builds share.
@Suite(.timed, .moto, .timeLimit(.minutes(10)))
struct `Trust in a shared bucket` {
    private let buckets: MotoBucket
    private let key = SigningKey()

    init() throws { buckets = try MotoBucket() }

    private func identity(_ scope: String, read: [String] = []) -> CacheIdentity {
        CacheIdentity(scope: scope, readScopes: read, key: "k1", paths: ["tree"])
    }

    private var policy: CachePolicy {
        CachePolicy(
            keys: [.init(name: "main-ci", key: key.publicKey, scopes: ["main"])],
            requiresSigned: true,
            unsignedScopes: ["pr-*"]
        )
    }

    @Test(arguments: [false, true])
    func `main restores its entry from a bucket that pull requests write to`(
        isTiered: Bool
    ) async throws {
        let store = try await buckets.newStore(isTiered ? "trust-tiered" : "trust")
        func cache() throws -> BuildCache {
            guard isTiered else { return BuildCache(store: store).trusting(policy) }
            let local = DirectoryStore(try TemporaryDirectory().path)
            return BuildCache(stores: CacheStores(local: local, shared: store)).trusting(policy)
        }
        let good = try TemporaryDirectory()
        try good.write("good", to: "tree/file")
        let evil = try TemporaryDirectory()
        try evil.write("evil", to: "tree/file")
        _ = try await cache().signing(with: key).save(identity("main"), from: good.path)
        let run = try cache()
        _ = try await run.save(identity("pr-7", read: ["main"]), from: evil.path)

        func restored(_ identity: CacheIdentity) async throws -> (RestoreReport, String?) {
            let target = try TemporaryDirectory()
            let report = try await cache().restore(identity, into: target.path)
            return (report, try target.read("tree/file"))
        }
        #expect(try await restored(identity("main")).1 == "good")
        #expect(try await restored(identity("pr-7", read: ["main"])).1 == "evil")
        let other = try await restored(identity("pr-8", read: ["main"]))
        #expect(other.1 == "good" && other.0.origin?.scope == "main")
        #expect(other.0.origin?.trust == .verified(key: "main-ci"))

        // The pull request's build can write to the whole bucket, and replaces main's record.
        let records = try await store.list(prefix: "v1/keys/").objects.map(\.name).sorted()
        #expect(records.count == 2)
        let planted = try #require(try await store.read(records[1], limit: 1 << 20)).bytes
        try await store.write(records[0], planted)
        let copied = try await restored(identity("main"))
        #expect(copied.1 == nil && copied.0.notes.count == 1, "\(copied)")
        _ = try await cache().signing(with: key).save(identity("main"), from: good.path)
        #expect(try await restored(identity("main")).1 == "good")
    }

    @Test func `a read-only cache does not change a bucket`() async throws {
        let store = try await buckets.newStore("read-only")
        let tree = try TemporaryDirectory()
        try tree.write("good", to: "tree/file")
        _ = try await BuildCache(store: store).save(identity("main"), from: tree.path)
        let before = try await store.list(prefix: "").objects.map(\.name).sorted()
        let cache = BuildCache(store: store).readOnly()
        let target = try TemporaryDirectory()
        _ = try await cache.restore(identity("main"), into: target.path)
        #expect(try target.read("tree/file") == "good")
        let saved = try await cache.save(identity("other"), from: tree.path)
        #expect(saved.outcome == .notAllowed("the cache is read-only"))
        #expect(try await store.list(prefix: "").objects.map(\.name).sorted() == before)
    }
}
