import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Reads from a local store and a shared one, which fails or is only inspected.
@Suite(.timed) struct `Reads from two stores` {
    private let local: TemporaryDirectory
    private let source: TemporaryDirectory
    private let shared = SharedStoreDouble()

    init() throws {
        local = try TemporaryDirectory()
        source = try TemporaryDirectory()
        try source.write("one", to: "tree/a")
    }

    private var tiers: CacheStores {
        CacheStores(local: DirectoryStore(local.path), shared: shared)
    }

    private let identity = CacheIdentity(scope: "p", key: "k", paths: ["tree/**/*"])

    /// Lists the objects of the local store, with the times of their last use.
    private func localObjects() throws -> [ObjectInfo] {
        try DirectoryStore(local.path).list(prefix: "v1/").objects.sorted { $0.name < $1.name }
    }

    /// Makes a record of the local store look long unused.
    private func age(_ record: String) throws {
        try local.file(record).setModified(FileTime(seconds: 1_700_000_000, nanoseconds: 0))
    }

    @Test(arguments: 0...2)
    func `a shared store that fails during a restore costs one note, and is not damage`(
        calls: Int
    ) async throws {
        _ = try await BuildCache(store: shared).save(identity, from: source.path)
        shared.fail(StoreError(.unavailable, "gone"), after: calls)
        let target = try TemporaryDirectory()
        let report = try await BuildCache(stores: tiers).restore(identity, into: target.path)
        #expect(report.notes == ["gone; going on with '\(local.path)' alone"])
        let reason =
            calls == 0
            ? "no entry for this key and these paths" : "the entry's contents could not be fetched"
        #expect(report.outcome == .miss(reason: reason))
    }

    @Test func `a save goes on if the manifest of its parent is unavailable`() async throws {
        _ = try await BuildCache(store: shared).save(identity, from: source.path)
        shared.fail(StoreError(.unavailable, "gone"), after: 1)
        let saved = try await BuildCache(stores: tiers).save(identity, from: source.path)
        #expect(saved.outcome == .saved)
        #expect(saved.notes == ["gone; going on with '\(local.path)' alone"])
        let alone = try await BuildCache(directory: local.path).verify()
        #expect(alone.problems == [] && alone.entries == 1)
    }

    @Test func `a cancelled read does not give up the shared store`() async throws {
        try shared.write("v1/sweeps/x", [1])
        let (tiers, shared) = (tiers, shared)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.cancelAll()
            shared.fail(StoreError(.unavailable, "cancelled"))
            tasks.addTask { _ = try? await tiers.store.read("v1/sweeps/x", limit: 9) }
        }
        shared.fail(nil)
        #expect(tiers.drainNotes() == [])
        #expect(try await tiers.store.read("v1/sweeps/x", limit: 9)?.bytes == [1])
    }

    @Test func `an inspection of both stores leaves the local one unchanged`() async throws {
        _ = try await BuildCache(stores: tiers).save(identity, from: source.path)
        var other = identity
        other.key = "far"
        _ = try await BuildCache(store: shared).save(other, from: source.path)
        let old = try #require(localObjects().first { $0.name.hasPrefix(StoreLayout.keys) })
        try age(old.name)
        let before = try localObjects()
        let cache = BuildCache(stores: tiers).inspecting()
        let entries = try await cache.entries().entries
        #expect(Set(entries.map(\.key)) == ["k", "far"])
        for entry in entries { _ = try await cache.contents(of: entry.recordName) }
        _ = try await BuildCache(stores: tiers).verify()
        #expect(try localObjects() == before)
        shared.fail(StoreError(.unavailable, "gone"))
        #expect(try await BuildCache(stores: tiers).inspecting().entries().entries.count == 1)
        let cut = BuildCache(stores: tiers).inspecting()
        _ = try await cut.entries()
        #expect(cut.drainNotes() == ["gone; going on with '\(local.path)' alone"])
    }

    @Test func `a read of a record for its fallback key does not touch it`() async throws {
        _ = try await BuildCache(stores: tiers).save(identity, from: source.path)
        let record = try #require(localObjects().first { $0.name.hasPrefix(StoreLayout.keys) })
        try age(record.name)
        _ = try await tiers.store.read(record.name, limit: Limits.record)
        #expect(try DirectoryStore(local.path).info(record.name)?.modified == 1_700_000_000)
    }

    @Test func `verify fails if the shared store is unavailable`() async throws {
        _ = try await BuildCache(stores: tiers).save(identity, from: source.path)
        shared.fail(StoreError(.unavailable, "gone"))
        let cache = BuildCache(stores: tiers)
        await #expect(throws: CacheError(.store, "gone")) { try await cache.verify() }
    }
}
