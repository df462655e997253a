import BuildspecCache
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A shared store that fails after a number of operations.
private struct FailingStore: CacheStore {
    let inner: SharedStoreDouble
    let remaining: Counter

    final class Counter: Sendable {
        let count: Mutex<Int>
        init(_ count: Int) { self.count = Mutex(count) }
    }

    var location: String { inner.location }

    private func spend() throws(StoreError) {
        let isAvailable = remaining.count.withLock { count in
            count -= 1
            return count >= 0
        }
        if !isAvailable { throw StoreError(.unavailable, "the store is gone") }
    }

    func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
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

    func list(prefix: String) throws(StoreError) -> ObjectListing {
        try spend()
        return try inner.list(prefix: prefix)
    }

    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        try spend()
        return try inner.delete(name, ifUnchanged: listed)
    }
}

/// `cache push`, `pull` and `sync` between a local and a shared store.
@Suite(.timed) struct `Transfers between stores` {
    private let tree: OneFileTree
    private let directory: TemporaryDirectory
    private let shared = SharedStoreDouble()

    init() throws {
        tree = try OneFileTree()
        directory = try TemporaryDirectory()
    }

    private var local: DirectoryStore { DirectoryStore(directory.path) }

    /// Returns a cache with the local store in front of a shared one.
    private func tiers(_ shared: any CacheStore) -> BuildCache {
        BuildCache(stores: CacheStores(local: local, shared: shared))
    }

    private func save(
        _ key: String?,
        _ content: String,
        scope: String = "p",
        to store: SharedStoreDouble? = nil
    ) async throws {
        try tree.source.write("the same", to: "tree/b")
        let stores = store.map { CacheStores(shared: $0) } ?? CacheStores(local: local)
        try await tree.save(key, content, scope: scope, to: stores)
    }

    private func localNames() throws -> [String] {
        try local.list(prefix: "v1/").objects.map(\.name).sorted()
    }

    @Test func `a push makes both stores equal, and a second push copies nothing`()
        async throws
    {
        for number in 0..<5 { try await save("k\(number)", "content \(number)") }
        try await save(nil, "keyless")
        let dry = try await tiers(shared).transfer(.push, dryRun: true)
        #expect(shared.names.isEmpty)
        let report = try await tiers(shared).transfer(.push)
        #expect(dry == report, "\(dry) \(report)")
        #expect(report.entries.count == 6 && report.skipped.isEmpty)
        #expect(try shared.names == localNames())
        for name in shared.names {
            let bytes = try local.read(name, limit: 1 << 30)?.bytes
            #expect(try shared.read(name, limit: 1 << 30)?.bytes == bytes)
        }
        let again = try await tiers(shared).transfer(.push)
        #expect(again.entries.isEmpty && again.objects == 0 && again.entriesPresent == 6)
    }

    @Test func `a push writes packs before manifests, and the key record last`() async throws {
        try await save("k", "content")
        _ = shared.drainCalls()
        _ = try await tiers(shared).transfer(.push)
        let written = shared.drainCalls().filter { $0.hasPrefix("create") || $0.hasPrefix("write") }
        #expect(written.map { $0.split(separator: "/")[1] } == ["packs", "manifests", "keys"])
    }

    @Test func `a push and a pull copy what either store lacks`() async throws {
        try await save("theirs", "their content", to: shared)
        try await save("ours", "our content")
        _ = try await tiers(shared).transfer(.push)
        let report = try await tiers(shared).transfer(.pull)
        #expect(report.entries.map(\.key) == ["theirs"])
        #expect(try shared.names == localNames())
        #expect(
            try await tree.restored("theirs", from: CacheStores(local: local)) == "their content"
        )
        #expect(try await tree.restored("ours", from: CacheStores(shared: shared)) == "our content")
        #expect(try await BuildCache(store: local).verify().problems == [])
    }

    @Test func `the later default entry wins, and an entry with a key is never overwritten`()
        async throws
    {
        try await save(nil, "old")
        try await save(nil, "new", to: shared)
        try await save("k", "near")
        try await save("k", "far", to: shared)
        #expect(try await tiers(shared).transfer(.push).entries.isEmpty)
        #expect(try await tiers(shared).transfer(.pull).entries.map(\.key) == [nil])
        #expect(try await tree.restored(nil, from: CacheStores(local: local)) == "new")
        #expect(try await tree.restored("k", from: CacheStores(local: local)) == "near")
        #expect(try await tree.restored("k", from: CacheStores(shared: shared)) == "far")
    }

    @Test func `a scope and keys select the entries of a transfer`() async throws {
        for scope in ["p", "q"] {
            for key in ["a", "b", nil] { try await save(key, "content", scope: scope) }
        }
        let some = TransferSelection(scope: "q", keys: ["b", nil])
        let report = try await tiers(shared).transfer(.push, some)
        #expect(Set(report.entries.map { $0.scope + ($0.key ?? "-") }) == ["qb", "q-"])
        let keys = TransferSelection(keys: ["a"])
        #expect(try await tiers(shared).transfer(.push, keys).entries.count == 2)
    }

    @Test func `a pull skips and reports damaged entries, and copies the rest`() async throws {
        try await save("bad", "bad content", to: shared)
        let pack = try #require(shared.names.first { $0.hasPrefix("v1/packs/") })
        shared.damage(pack)
        try await save("good", "good content", scope: "q", to: shared)
        try shared.write("v1/keys/p/torn/\(String(repeating: "0", count: 64))", [1, 2])
        let record = try #require(shared.names.first { $0.hasPrefix("v1/keys/q/good/") })
        let bytes = try #require(try shared.read(record, limit: 1 << 20)).bytes
        try shared.write(record.replacing("/good/", with: "/copied/"), bytes)
        let report = try await tiers(shared).transfer(.pull)
        #expect(report.entries.map(\.key) == ["good"])
        #expect(report.skipped.count == 3, "\(report.skipped)")
        #expect(report.skipped.contains { $0.contains("'\(pack)' is damaged") })
        #expect(try !localNames().contains(pack))
        #expect(try await BuildCache(store: local).verify().problems == [])
    }

    @Test func `an interrupted push continues where it stopped`() async throws {
        for number in 0..<4 { try await save("k\(number)", "content \(number)") }
        let all = try localNames().count
        for count in 0..<60 {
            let shared = SharedStoreDouble()
            let failing = FailingStore(inner: shared, remaining: .init(count))
            do {
                _ = try await tiers(failing).transfer(.push)
                #expect(count > all && shared.names.count == all)
                return
            } catch {
                #expect("\(error)" == "the store is gone")
            }
            let before = shared.names
            #expect(try await BuildCache(store: shared).verify().brokenEntries == [], "\(count)")
            let rest = try await tiers(shared).transfer(.push)
            let copied = rest.objects + rest.entries.count
            #expect(copied == all - before.count, "present objects are not copied again")
        }
        Issue.record("the push never ends")
    }

    @Test func `a push writes the pending objects of a prune again`() async throws {
        let shared = TimedStore()
        try await save("k", "content")
        _ = try await tiers(shared).transfer(.push)
        let record = try #require(shared.names.first { $0.hasPrefix("v1/keys/") })
        try await shared.remove(record)
        _ = try await BuildCache(store: shared).prune(PruneLimits())
        shared.advance(hours: 30)
        #expect(try await tiers(shared).transfer(.push).objects == 2)
        #expect(try await BuildCache(store: shared).prune(PruneLimits()).removedObjects == 0)
        #expect(try await tree.restored("k", from: CacheStores(shared: shared)) == "content")
    }

    @Test func `a pull completes an incomplete entry of the local store`() async throws {
        try await save("k", "content")
        _ = try await tiers(shared).transfer(.push)
        let pack = try #require(localNames().first { $0.hasPrefix("v1/packs/") })
        try await local.remove(pack)
        let report = try await tiers(shared).transfer(.pull)
        #expect(report.objects == 1 && report.entriesPresent == 1 && report.entries.isEmpty)
        #expect(try await tree.restored("k", from: CacheStores(local: local)) == "content")
    }

    @Test func `a transfer with one store is refused`() async throws {
        await #expect(throws: CacheError.self) {
            try await BuildCache(store: local).transfer(.push)
        }
    }
}
