import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Two stores, of which the far one is lost at a bad moment, or which are only looked into.
@Suite struct `Reading from two stores` {
    private let near: TemporaryDirectory
    private let source: TemporaryDirectory
    private let far = SharedStoreDouble()

    init() throws {
        near = try TemporaryDirectory()
        source = try TemporaryDirectory()
        try source.write("one", to: "tree/a")
    }

    private var tiers: TieredStore {
        TieredStore(local: DirectoryStore(near.path), shared: far)
    }

    private let identity = CacheIdentity(scope: "p", key: "k", paths: ["tree/**/*"])

    /// What the near store has, and when it was last used.
    private func kept() throws -> [ObjectInfo] {
        try DirectoryStore(near.path).list(prefix: "v1/").sorted { $0.name < $1.name }
    }

    /// Makes a record of the near store look long unused.
    private func age(_ record: String) throws {
        let file = near.file(record)
        let parent = try DirectoryHandle.open(PathBytes(file.removingLastComponent().string))
        let name = Array((file.lastComponent?.string ?? "").utf8)
        try parent.setModified(name, FileTime(seconds: 1_700_000_000, nanoseconds: 0))
    }

    @Test(arguments: 0...2)
    func `a far one that dies during a restore costs one line, and nothing is called damaged`(
        calls: Int
    ) async throws {
        _ = try await BuildCache(store: far).save(identity, from: source.path)
        far.fail(StoreError(.unavailable, "gone"), after: calls)
        let target = try TemporaryDirectory()
        let report = try await BuildCache(store: tiers).restore(identity, into: target.path)
        #expect(report.notes == ["gone; going on with '\(near.path)' alone"])
        let reason =
            calls == 0
            ? "no entry for this key and these paths" : "the entry's contents could not be fetched"
        #expect(report.outcome == .miss(reason: reason))
    }

    @Test func `a save goes on when the manifest it would build on is out of reach`() async throws {
        _ = try await BuildCache(store: far).save(identity, from: source.path)
        far.fail(StoreError(.unavailable, "gone"), after: 1)
        let saved = try await BuildCache(store: tiers).save(identity, from: source.path)
        #expect(saved.outcome == .saved)
        #expect(saved.notes == ["gone; going on with '\(near.path)' alone"])
        let alone = try await BuildCache(directory: near.path).verify()
        #expect(alone.problems == [] && alone.entries == 1)
    }

    @Test func `a read that is stopped does not give up the far one`() async throws {
        try far.write("v1/sweeps/x", [1])
        let (tiers, far) = (tiers, far)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.cancelAll()
            far.fail(StoreError(.unavailable, "cancelled"))
            tasks.addTask { _ = try? await tiers.read("v1/sweeps/x", limit: 9) }
        }
        far.fail(nil)
        #expect(tiers.drainNotes() == [])
        #expect(try await tiers.read("v1/sweeps/x", limit: 9) == [1])
    }

    @Test func `looking into both leaves the near one as it is`() async throws {
        _ = try await BuildCache(store: tiers).save(identity, from: source.path)
        var other = identity
        other.key = "far"
        _ = try await BuildCache(store: far).save(other, from: source.path)
        let old = try #require(kept().first { $0.name.hasPrefix(StoreLayout.keys) })
        try age(old.name)
        let before = try kept()
        let cache = BuildCache(store: tiers).inspecting()
        let entries = try await cache.entries().entries
        #expect(Set(entries.map(\.key)) == ["k", "far"])
        for entry in entries { _ = try await cache.contents(of: entry.recordName) }
        _ = try await BuildCache(store: tiers).verify()
        #expect(try kept() == before)
        far.fail(StoreError(.unavailable, "gone"))
        #expect(try await BuildCache(store: tiers).inspecting().entries().entries.count == 1)
        let cut = BuildCache(store: tiers).inspecting()
        _ = try await cut.entries()
        #expect(cut.drainNotes() == ["gone; going on with '\(near.path)' alone"])
    }

    @Test func `reading a record for its fallback key does not make it look used`() async throws {
        _ = try await BuildCache(store: tiers).save(identity, from: source.path)
        let record = try #require(kept().first { $0.name.hasPrefix(StoreLayout.keys) })
        try age(record.name)
        _ = try await tiers.read(record.name, limit: Limits.record)
        #expect(try DirectoryStore(near.path).info(record.name)?.modified == 1_700_000_000)
    }

    @Test func `nothing is called sound or broken when the far one cannot be reached`() async throws
    {
        _ = try await BuildCache(store: tiers).save(identity, from: source.path)
        far.fail(StoreError(.unavailable, "gone"))
        let cache = BuildCache(store: tiers)
        await #expect(throws: CacheError(.store, "gone")) { try await cache.verify() }
    }
}
