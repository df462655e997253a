import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A prune marks unreferenced objects of a shared store, and deletes them a grace period later.
@Suite(.timed) struct `Pruning of a shared store` {
    private let store = TimedStore()
    private let tree: OneFileTree

    init() throws { tree = try OneFileTree() }

    private var cache: BuildCache { BuildCache(store: store) }

    private func save(_ key: String?, _ content: String, scope: String = "p") async throws {
        try await tree.save(key, content, scope: scope, to: CacheStores(shared: store))
    }

    private func restored(_ key: String?) async throws -> String? {
        try await tree.restored(key, from: CacheStores(shared: store))
    }

    @Test func `a prune marks objects, waits for the grace period, and then deletes them`()
        async throws
    {
        try await save(nil, "one")
        try await save(nil, "two")
        store.advance(hours: 30)
        let first = try await cache.prune(PruneLimits())
        #expect(first.markedObjects == 2 && first.removedObjects == 0)
        #expect(store.names.filter { $0.hasPrefix("v1/sweeps/") }.count == 1)
        store.advance(hours: 23)
        let second = try await cache.prune(PruneLimits())
        #expect(second.pendingObjects == 2 && second.markedObjects == 0)
        #expect(second.removedObjects == 0)
        store.advance(hours: 2)
        let third = try await cache.prune(PruneLimits())
        #expect(third.removedObjects == 2 && third.removedBytes == first.markedBytes)
        _ = try await cache.prune(PruneLimits())
        #expect(store.names.count == 3, "a pack, a manifest and a record: \(store.names)")
        #expect(try await restored(nil) == "two")
    }

    @Test(arguments: [-40 * 24, 40 * 24]) func `a prune measures ages by the clock of the store`(
        hours: Int64
    ) async throws {
        store.setAhead(hours: hours)
        try await save(nil, "one")
        try await save(nil, "two")
        let limits = PruneLimits(maximumAge: 14 * 86_400)
        for age: Int64 in [0, 23, 25] {
            store.advance(hours: age - (age == 25 ? 23 : 0))
            let report = try await cache.prune(limits)
            #expect(report.keptEntries == 1 && report.removedEntries == [])
            #expect(report.removedObjects == (age == 25 ? 2 : 0), "\(age)")
        }
        store.advance(hours: 15 * 24)
        #expect(try await cache.prune(limits).removedEntries.count == 1)
    }

    @Test func `a pending object that an entry refers to again is kept`() async throws {
        try await save(nil, "one")
        try await save(nil, "two")
        _ = try await cache.prune(PruneLimits())
        store.advance(hours: 30)
        try await save("again", "one")
        // The old manifest has the old time of the file, and is deleted. The pack is in use again.
        let report = try await cache.prune(PruneLimits())
        #expect(report.removedObjects == 1 && report.removedBytes < report.keptBytes)
        #expect(try await restored("again") == "one")
        _ = try await cache.prune(PruneLimits())
        #expect(store.names.filter { $0.hasPrefix("v1/sweeps/") }.isEmpty)
    }

    @Test(arguments: [false, true])
    func `a save writes pending objects again, and no other objects`(
        hasLocalStore: Bool
    ) async throws {
        let local = try TemporaryDirectory()
        let stores =
            hasLocalStore
            ? CacheStores(local: DirectoryStore(local.path), shared: store)
            : CacheStores(shared: store)
        try await save(nil, "one")
        let pack = try #require(store.names.first { $0.hasPrefix("v1/packs/") })
        store.advance(hours: 100)
        try await tree.save("first", "one", scope: "q", to: stores)
        #expect(try store.info(pack)?.tag == "1")
        _ = try await cache.prune(PruneLimits(maximumCount: 0))
        try await tree.save("first", "one", scope: "r", to: stores)
        #expect(try store.info(pack)?.tag != "1")
    }

    /// A restore can still be reading the deleted entry.
    @Test
    func `objects of a deleted entry wait a full grace period even if an old list names them`()
        async throws
    {
        try await save("first", "one")
        _ = try await cache.prune(PruneLimits(maximumCount: 0))
        try await save("second", "one")
        store.advance(hours: 30)
        let all = PruneLimits(maximumCount: 0)
        #expect(try await cache.prune(all).removedEntries.map(\.key) == ["second"])
        let again = try await cache.prune(all)
        #expect(again.removedObjects == 0 && again.pendingObjects == 2)
        store.advance(hours: 30)
        #expect(try await cache.prune(all).removedObjects == 2)
    }

    @Test func `limits of number, size and age count for each scope`() async throws {
        for (index, key) in ["a", "b", "c"].enumerated() {
            try await save(key, "one \(key)", scope: "p")
            if index < 2 { try await save(key, "other \(key)", scope: "q") }
            store.advance(hours: 1)
        }
        let two = PruneLimits(maximumCount: 2, isSizePerScope: true)
        #expect(try await cache.prune(two, dryRun: true).removedEntries.map(\.key) == ["a"])
        let first = PruneLimits(maximumCount: 1, scope: "q", isSizePerScope: true)
        let report = try await cache.prune(first, dryRun: true)
        #expect(report.removedEntries.map { $0.scope + ($0.key ?? "") } == ["qa"])
        #expect(report.keptEntries == 4)
        let old = PruneLimits(maximumAge: 9_000)
        #expect(try await cache.prune(old, dryRun: true).removedEntries.map(\.key) == ["a", "a"])
        let sizes = try store.list(prefix: "v1/").objects.filter { !$0.name.hasPrefix("v1/keys/") }
        let one = sizes.reduce(0) { $0 + $1.size } / 5
        let size = PruneLimits(maximumSize: one * 3 / 2, isSizePerScope: true)
        let kept = try await cache.prune(size, dryRun: true)
        #expect(kept.removedEntries.map { $0.scope + ($0.key ?? "") } == ["pa", "qa", "pb"])
    }

    @Test func `a dry run changes nothing, and reports the result of the prune`()
        async throws
    {
        for number in 0..<5 { try await save("k\(number)", "content \(number)") }
        store.advance(hours: 100)
        let limits = PruneLimits(maximumAge: 86_400)
        let before = store.names
        let dry = try await cache.prune(limits, dryRun: true)
        #expect(store.names == before)
        #expect(dry.removedEntries.count == 5 && dry.markedObjects == 10)
        let real = try await cache.prune(limits)
        #expect(dry == real)
        #expect(real.requests.deletions == 5 && real.requests.writes == 1)
        store.advance(hours: 100)
        let sweep = try await cache.prune(limits, dryRun: true)
        #expect(try await cache.prune(limits) == sweep)
        #expect(sweep.removedObjects == 10 && sweep.requests.deletions == 10)
        #expect(try await cache.prune(limits).requests.deletions == 1)
        #expect(store.names.isEmpty)
    }

    @Test func `an incomplete entry is deleted, and the next save writes it again`()
        async throws
    {
        try await save("k", "one")
        let pack = try #require(store.names.first { $0.hasPrefix("v1/packs/") })
        try await store.remove(pack)
        let report = try await cache.prune(PruneLimits())
        #expect(report.removedBrokenRecords == 1 && report.keptEntries == 0)
        #expect(try await restored("k") == nil)
        try await save("k", "one")
        #expect(try await restored("k") == "one")
    }

    @Test func `an unreadable key record is deleted after the grace period`() async throws {
        try store.write("v1/keys/p/k/\(String(repeating: "0", count: 64))", [1, 2, 3])
        #expect(try await cache.prune(PruneLimits()).removedDamagedRecords == 0)
        store.advance(hours: 25)
        #expect(try await cache.prune(PruneLimits()).removedDamagedRecords == 1)
        #expect(store.names.isEmpty)
    }

    @Test func `a forged sweep list deletes no object that is in use, and no key record`()
        async throws
    {
        try await save("k", "one")
        let used = store.names.filter { !$0.hasPrefix("v1/keys/") }
        let bytes = SweepList(markedAt: 0, objects: used).encode()
        try store.write(SweepList.name(0, bytes), bytes)
        let record = try #require(store.names.first { $0.hasPrefix("v1/keys/") })
        try store.write(
            "v1/sweeps/1-0000000000000001",
            ChecksummedText.encode(["buildspec-sweep 1", "marked 0"])
        )
        try store.write(
            "v1/sweeps/1-0000000000000002",
            ChecksummedText.encode(["buildspec-sweep 1", "marked 0", "object \(record)"])
        )
        let large = Array(repeating: UInt8(7), count: Int(Limits.sweep) + 1)
        try store.write("v1/sweeps/1-0000000000000003", large)
        store.advance(hours: 100)
        #expect(try await cache.prune(PruneLimits()).removedObjects == 0)
        #expect(try await restored("k") == "one")
        #expect(store.names.count == 3, "the lists are gone: \(store.names)")
    }

    @Test func `a prune of two stores prunes the shared one even if it is a directory`()
        async throws
    {
        let (local, shared) = (try TemporaryDirectory(), try TemporaryDirectory())
        let tiered = BuildCache(
            stores: CacheStores(
                local: DirectoryStore(local.path),
                shared: DirectoryStore(shared.path)
            )
        )
        try tree.source.write("one", to: "tree/a")
        _ = try await tiered.save(tree.identity("k"), from: tree.source.path)
        let limits = PruneLimits(maximumCount: 0, gracePeriod: 0)
        let report = try await tiered.prune(limits)
        #expect(report.isShared && report.location == shared.path.string)
        #expect(report.removedEntries.map(\.key) == ["k"] && report.removedObjects == 2)
        #expect(try await BuildCache(directory: shared.path).entries().entries.isEmpty)
        #expect(try await BuildCache(directory: local.path).entries().entries.count == 1)
    }

    @Test func `a machine with a state directory fetches each manifest once`() async throws {
        let state = try TemporaryDirectory()
        for number in 0..<4 { try await save("k\(number)", "content \(number)") }
        let cache = BuildCache(store: store, indexDirectory: state.path)
        let first = try await cache.prune(PruneLimits())
        #expect(first.requests.reads == 8)
        #expect(try await cache.prune(PruneLimits()).requests.reads == 4)
    }

    @Test func `a sweep list is read as it was written`() throws {
        let names = (0..<7).map { number in
            StoreLayout.pack(ContentDigest(of: [UInt8(number)]), .zstd)
        }
        let lists = SweepList.lists(of: names, markedAt: 5)
        #expect(lists.count == 1 && lists.first?.objects == names.sorted())
        for list in lists { #expect(try SweepList.decode(list.encode()) == list) }
        #expect(SweepList.lists(of: [], markedAt: 5).isEmpty)
    }
}
