import BuildspecCache
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A shared store that is gone after so many operations.
private struct Fragile: CacheStore {
    let inner: SharedStoreDouble
    let left: Mutexed

    final class Mutexed: Sendable {
        let count: Mutex<Int>
        init(_ count: Int) { self.count = Mutex(count) }
    }

    var location: String { inner.location }

    private func spend() throws(StoreError) {
        let isLeft = left.count.withLock { count in
            count -= 1
            return count >= 0
        }
        if !isLeft { throw StoreError(.unavailable, "the store is gone") }
    }

    func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
        try spend()
        return try inner.read(name, limit: limit)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try spend()
        try inner.write(name, bytes)
    }

    func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        try spend()
        return try await inner.create(name, bytes)
    }

    func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try spend()
        return try inner.info(name)
    }

    func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        try spend()
        return try inner.list(prefix: prefix)
    }

    func delete(_ name: ObjectName) throws(StoreError) {
        try spend()
        try inner.delete(name)
    }
}

/// `cache push`, `pull` and `sync`, between a directory and a shared store.
@Suite struct `Moving entries between stores` {
    private let source: TemporaryDirectory
    private let near: TemporaryDirectory
    private let far = SharedStoreDouble()

    init() throws {
        source = try TemporaryDirectory()
        near = try TemporaryDirectory()
    }

    private var local: BuildCache { BuildCache(directory: near.path) }
    private func tiers(_ far: any CacheStore) -> BuildCache {
        BuildCache(store: TieredStore(local: DirectoryStore(near.path), shared: far))
    }

    private func save(
        _ key: String?,
        _ content: String,
        scope: String = "p",
        in cache: BuildCache? = nil
    ) async throws {
        try source.write(content, to: "tree/a")
        try source.write("the same", to: "tree/b")
        let identity = CacheIdentity(scope: scope, key: key, paths: ["tree/**/*"])
        _ = try await (cache ?? local).save(identity, from: source.path)
    }

    private func restored(_ key: String?, from cache: BuildCache) async throws -> String? {
        let target = try TemporaryDirectory()
        let identity = CacheIdentity(scope: "p", key: key, paths: ["tree/**/*"])
        let report = try await cache.restore(identity, into: target.path)
        guard case .exact = report.outcome else { return nil }
        return try target.read("tree/a")
    }

    private func nearNames() throws -> [String] {
        try DirectoryStore(near.path).list(prefix: "v1/").map(\.name).sorted()
    }

    @Test func `a push makes the shared store the same, and a second one moves nothing`()
        async throws
    {
        for number in 0..<5 { try await save("k\(number)", "content \(number)") }
        try await save(nil, "keyless")
        let dry = try await tiers(far).transfer(.push, dryRun: true)
        #expect(far.names.isEmpty)
        let report = try await tiers(far).transfer(.push)
        #expect(dry == report, "\(dry) \(report)")
        #expect(report.entries.count == 6 && report.skipped.isEmpty)
        #expect(try far.names == nearNames())
        for name in far.names {
            let bytes = try DirectoryStore(near.path).read(name, limit: 1 << 30)
            #expect(try far.read(name, limit: 1 << 30) == bytes)
        }
        let again = try await tiers(far).transfer(.push)
        #expect(again.entries.isEmpty && again.objects == 0 && again.entriesPresent == 6)
    }

    @Test func `packs go before manifests, and the record last`() async throws {
        try await save("k", "content")
        _ = far.takeCalls()
        _ = try await tiers(far).transfer(.push)
        let written = far.takeCalls().filter { $0.hasPrefix("create") || $0.hasPrefix("write") }
        #expect(written.map { $0.split(separator: "/")[1] } == ["packs", "manifests", "keys"])
    }

    @Test func `a pull and a sync bring what is missing on either side`() async throws {
        let remote = BuildCache(store: far)
        try await save("theirs", "their content", in: remote)
        try await save("ours", "our content")
        _ = try await tiers(far).transfer(.push)
        let report = try await tiers(far).transfer(.pull)
        #expect(report.entries.map(\.key) == ["theirs"])
        #expect(try far.names == nearNames())
        #expect(try await restored("theirs", from: local) == "their content")
        #expect(try await restored("ours", from: remote) == "our content")
        #expect(try await local.verify().problems == [])
    }

    @Test func `of keyless entries the later one stays, and a key is never overwritten`()
        async throws
    {
        let remote = BuildCache(store: far)
        try await save(nil, "old")
        try await save(nil, "new", in: remote)
        try await save("k", "near")
        try await save("k", "far", in: remote)
        #expect(try await tiers(far).transfer(.push).entries.isEmpty)
        #expect(try await tiers(far).transfer(.pull).entries.map(\.key) == [nil])
        #expect(try await restored(nil, from: local) == "new")
        #expect(try await restored("k", from: local) == "near")
        #expect(try await restored("k", from: remote) == "far")
    }

    @Test func `a scope and keys say which entries go`() async throws {
        for scope in ["p", "q"] {
            for key in ["a", "b", nil] { try await save(key, "content", scope: scope) }
        }
        let some = TransferSelection(scope: "q", keys: ["b", nil])
        let report = try await tiers(far).transfer(.push, some)
        #expect(Set(report.entries.map { $0.scope + ($0.key ?? "-") }) == ["qb", "q-"])
        let keys = TransferSelection(keys: ["a"])
        #expect(try await tiers(far).transfer(.push, keys).entries.count == 2)
    }

    @Test func `what is damaged stays where it is and is said, and the rest goes`() async throws {
        let remote = BuildCache(store: far)
        try await save("bad", "bad content", in: remote)
        let pack = try #require(far.names.first { $0.hasPrefix("v1/packs/") })
        far.damage(pack)
        try await save("good", "good content", scope: "q", in: remote)
        try far.write("v1/keys/p/torn/\(String(repeating: "0", count: 64))", [1, 2])
        let record = try #require(far.names.first { $0.hasPrefix("v1/keys/q/good/") })
        let bytes = try #require(try far.read(record, limit: 1 << 20))
        try far.write(record.replacing("/good/", with: "/copied/"), bytes)
        let report = try await tiers(far).transfer(.pull)
        #expect(report.entries.map(\.key) == ["good"])
        #expect(report.skipped.count == 3, "\(report.skipped)")
        #expect(report.skipped.contains { $0.contains("'\(pack)' is damaged") })
        #expect(try !nearNames().contains(pack))
        #expect(try await local.verify().problems == [])
    }

    @Test func `a push that is interrupted anywhere goes on where it stopped`() async throws {
        for number in 0..<4 { try await save("k\(number)", "content \(number)") }
        let all = try nearNames().count
        for count in 0..<60 {
            let far = SharedStoreDouble()
            let fragile = Fragile(inner: far, left: .init(count))
            do {
                _ = try await tiers(fragile).transfer(.push)
                #expect(count > all && far.names.count == all)
                return
            } catch {
                #expect("\(error)" == "the store is gone")
            }
            let before = far.names
            #expect(try await BuildCache(store: far).verify().brokenEntries == [], "\(count)")
            let rest = try await tiers(far).transfer(.push)
            let moved = rest.objects + rest.entries.count
            #expect(moved == all - before.count, "what was there is not moved again")
        }
        Issue.record("it never ends")
    }

    @Test func `what a prune has marked is written again`() async throws {
        let far = TimedStore()
        try await save("k", "content")
        _ = try await tiers(far).transfer(.push)
        let record = try #require(far.names.first { $0.hasPrefix("v1/keys/") })
        try await far.remove(record)
        _ = try await BuildCache(store: far).prune(PruneLimits())
        far.advance(hours: 30)
        #expect(try await tiers(far).transfer(.push).objects == 2)
        #expect(try await BuildCache(store: far).prune(PruneLimits()).removedObjects == 0)
        #expect(try await restored("k", from: BuildCache(store: far)) == "content")
    }

    @Test func `a pull completes an entry of which the directory has only a part`() async throws {
        try await save("k", "content")
        _ = try await tiers(far).transfer(.push)
        let pack = try #require(nearNames().first { $0.hasPrefix("v1/packs/") })
        try await DirectoryStore(near.path).remove(pack)
        let report = try await tiers(far).transfer(.pull)
        #expect(report.objects == 1 && report.entriesPresent == 1 && report.entries.isEmpty)
        #expect(try await restored("k", from: local) == "content")
    }

    @Test func `one store alone has nowhere to go`() async throws {
        await #expect(throws: CacheError.self) { try await local.transfer(.push) }
    }
}
