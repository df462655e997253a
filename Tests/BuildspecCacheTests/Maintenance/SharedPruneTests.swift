import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Design: in a shared store, what nobody refers to is marked, and goes a grace period later.
@Suite struct `Pruning a shared store` {
    private let store = TimedStore()
    private let source: TemporaryDirectory

    init() throws { source = try TemporaryDirectory() }

    private var cache: BuildCache { BuildCache(store: store) }

    private func save(
        _ key: String?,
        _ content: String,
        scope: String = "p",
        with cache: BuildCache? = nil
    ) async throws {
        try source.write(content, to: "tree/a")
        let identity = CacheIdentity(scope: scope, key: key, paths: ["tree/**/*"])
        _ = try await (cache ?? self.cache).save(identity, from: source.path)
    }

    private func restore(_ key: String?, scope: String = "p") async throws -> String? {
        let target = try TemporaryDirectory()
        let identity = CacheIdentity(scope: scope, key: key, paths: ["tree/**/*"])
        let report = try await cache.restore(identity, into: target.path)
        guard case .exact = report.outcome else { return nil }
        return try target.read("tree/a")
    }

    @Test func `marks first, waits for the grace period, and then removes`() async throws {
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
        #expect(try await restore(nil) == "two")
    }

    @Test(arguments: [-40 * 24, 40 * 24]) func `goes by the store's clock`(
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

    @Test func `leaves alone what an entry refers to again`() async throws {
        try await save(nil, "one")
        try await save(nil, "two")
        _ = try await cache.prune(PruneLimits())
        store.advance(hours: 30)
        try await save("again", "one")
        // The old manifest goes: it has the old time of the file. The pack is that of then.
        let report = try await cache.prune(PruneLimits())
        #expect(report.removedObjects == 1 && report.removedBytes < report.keptBytes)
        #expect(try await restore("again") == "one")
        _ = try await cache.prune(PruneLimits())
        #expect(store.names.filter { $0.hasPrefix("v1/sweeps/") }.isEmpty)
    }

    @Test(arguments: [false, true])
    func `a save writes anew what is there and marked, and nothing else`(
        isBehindDirectory: Bool
    ) async throws {
        let near = try TemporaryDirectory()
        let cache =
            isBehindDirectory
            ? BuildCache(store: TieredStore(local: DirectoryStore(near.path), shared: store))
            : self.cache
        try await save(nil, "one", scope: "p")
        let pack = try #require(store.names.first { $0.hasPrefix("v1/packs/") })
        store.advance(hours: 100)
        try await save("first", "one", scope: "q", with: cache)
        #expect(try store.info(pack)?.tag == "1")
        _ = try await self.cache.prune(PruneLimits(maximumCount: 0))
        try await save("first", "one", scope: "r", with: cache)
        #expect(try store.info(pack)?.tag != "1")
    }

    /// A restore may be at an entry that goes, whatever an old list says of its objects.
    @Test func `what an entry held that goes waits anew, though an old list names it`() async throws
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

    @Test func `counts, sizes and ages are those of each scope`() async throws {
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
        let sizes = try store.list(prefix: "v1/").filter { !$0.name.hasPrefix("v1/keys/") }
        let one = sizes.reduce(0) { $0 + $1.size } / 5
        let size = PruneLimits(maximumSize: one * 3 / 2, isSizePerScope: true)
        let kept = try await cache.prune(size, dryRun: true)
        #expect(kept.removedEntries.map { $0.scope + ($0.key ?? "") } == ["pa", "qa", "pb"])
    }

    @Test func `a dry run changes nothing and counts what the prune then asks`() async throws {
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

    @Test func `an entry that lacks something goes, and the next save writes it anew`()
        async throws
    {
        try await save("k", "one")
        let pack = try #require(store.names.first { $0.hasPrefix("v1/packs/") })
        try await store.remove(pack)
        let report = try await cache.prune(PruneLimits())
        #expect(report.removedBrokenRecords == 1 && report.keptEntries == 0)
        #expect(try await restore("k") == nil)
        try await save("k", "one")
        #expect(try await restore("k") == "one")
    }

    @Test func `a record that cannot be read goes after the grace period`() async throws {
        try store.write("v1/keys/p/k/\(String(repeating: "0", count: 64))", [1, 2, 3])
        #expect(try await cache.prune(PruneLimits()).removedDamagedRecords == 0)
        store.advance(hours: 25)
        #expect(try await cache.prune(PruneLimits()).removedDamagedRecords == 1)
        #expect(store.names.isEmpty)
    }

    @Test func `a forged list removes nothing that is in use, and no record`() async throws {
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
        #expect(try await restore("k") == "one")
        #expect(store.names.count == 3, "the lists are gone: \(store.names)")
    }

    @Test func `of two stores the far one is pruned, also if it is a directory`() async throws {
        let (near, far) = (try TemporaryDirectory(), try TemporaryDirectory())
        let tiered = BuildCache(
            store: TieredStore(local: DirectoryStore(near.path), shared: DirectoryStore(far.path))
        )
        let identity = CacheIdentity(scope: "p", key: "k", paths: ["tree/**/*"])
        try source.write("one", to: "tree/a")
        _ = try await tiered.save(identity, from: source.path)
        let limits = PruneLimits(maximumCount: 0, gracePeriod: 0)
        let report = try await tiered.prune(limits)
        #expect(report.isShared && report.location == far.path.string)
        #expect(report.removedEntries.map(\.key) == ["k"] && report.removedObjects == 2)
        #expect(try await BuildCache(directory: far.path).entries().entries.isEmpty)
        #expect(try await BuildCache(directory: near.path).entries().entries.count == 1)
    }

    @Test func `manifests are fetched once by a machine that remembers`() async throws {
        let state = try TemporaryDirectory()
        for number in 0..<4 { try await save("k\(number)", "content \(number)") }
        let cache = BuildCache(store: store, indexDirectory: state.path)
        let first = try await cache.prune(PruneLimits())
        #expect(first.requests.reads == 8)
        #expect(try await cache.prune(PruneLimits()).requests.reads == 4)
    }

    @Test func `lists of what is swept are read as they were written`() throws {
        let names = (0..<7).map { number in
            StoreLayout.pack(ContentDigest(of: [UInt8(number)]), .zstd)
        }
        let lists = SweepList.lists(of: names, markedAt: 5)
        #expect(lists.count == 1 && lists.first?.objects == names.sorted())
        for list in lists { #expect(try SweepList.decode(list.encode()) == list) }
        #expect(SweepList.lists(of: [], markedAt: 5).isEmpty)
    }
}
