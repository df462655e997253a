import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Key records of a local store and a shared one, which several saves and restores use concurrently.
@Suite(.timed) struct `Key records in two stores` {
    private let local: TemporaryDirectory
    private let tree: OneFileTree
    private let shared = SharedStoreDouble()

    init() throws {
        local = try TemporaryDirectory()
        tree = try OneFileTree()
    }

    private var tiers: CacheStores {
        CacheStores(local: DirectoryStore(local.path), shared: shared)
    }

    /// Saves a default entry to a new local store.
    ///
    /// - Returns: The objects of the store; the key record is the last one.
    private func objects(_ content: String) async throws -> [(name: String, bytes: [UInt8])] {
        let directory = try TemporaryDirectory()
        let other = DirectoryStore(directory.path)
        try await tree.save(nil, content, to: CacheStores(local: other))
        var objects: [(String, [UInt8])] = []
        for info in try other.list(prefix: "v1/").objects {
            let object = try #require(try other.read(info.name, limit: .max))
            objects.append((info.name, object.bytes))
        }
        return objects.sorted { left, _ in !left.0.hasPrefix(StoreLayout.keys) }
    }

    @Test(arguments: [true, false])
    func `a save sends its record even if another one replaces it meanwhile`(
        isRestore: Bool
    ) async throws {
        try await tree.save(nil, "old", to: CacheStores(shared: shared))
        let own = try await objects("mine")
        let other = try await objects("other")
        let (local, shared) = (local, shared)
        let pair = StorePair(local: DirectoryStore(local.path), shared: shared)
        shared.stall()
        try await pair.sendingInBackground { store in
            for (name, bytes) in own where !name.hasPrefix(StoreLayout.keys) {
                _ = try await store.create(name, bytes)
            }
            let record = try #require(own.last)
            try await store.write(record.name, record.bytes)
            // Another process writes while the objects of the entry are still being sent.
            let second = DirectoryStore(local.path)
            if isRestore {
                try second.write(
                    record.name,
                    try #require(try shared.read(record.name, limit: .max)).bytes
                )
            } else {
                try second.write(record.name, try #require(other.last).bytes)
            }
            shared.stall(false)
        }
        #expect(try await tree.restored(nil, from: CacheStores(shared: shared)) == "mine")
    }

    @Test func `a restore keeps a local record that is not sent yet`() async throws {
        let name = try #require(try await objects("x").last).name
        try await tree.save(nil, "old", to: CacheStores(shared: shared))
        try await tree.save(nil, "mine", to: CacheStores(local: DirectoryStore(local.path)))
        let mine = try DirectoryStore(local.path).read(name, limit: .max)?.bytes
        #expect(try await tree.restored(nil, from: tiers) == "old")
        #expect(try DirectoryStore(local.path).read(name, limit: .max)?.bytes == mine)
        try await tree.save(nil, "later", to: CacheStores(shared: shared))
        #expect(try await tree.restored(nil, from: tiers) == "later")
        #expect(try DirectoryStore(local.path).read(name, limit: .max)?.bytes != mine)
    }

    @Test func `the next save sends an entry whose record did not arrive`()
        async throws
    {
        try await tree.save("k", "one", to: tiers)
        let record = try #require(shared.names.first { $0.hasPrefix(StoreLayout.keys) })
        let manifest = try #require(shared.names.first { $0.hasPrefix(StoreLayout.manifests) })
        shared.lose(record)
        shared.lose(manifest)
        #expect(try await tree.save("k", "one", to: tiers).outcome == .saved)
        #expect(try await tree.restored("k", from: CacheStores(shared: shared)) == "one")
        #expect(try await tree.save("k", "one", to: tiers).outcome == .alreadyStored)
        shared.lose(record)
        let cut = tiers
        shared.fail(StoreError(.unavailable, "nobody answers"))
        #expect(try await tree.save("k", "one", to: cut).outcome == .alreadyStored)
    }

    @Test func `two concurrent saves to one store send their objects independently`() async throws {
        let pair = StorePair(local: DirectoryStore(local.path), shared: shared)
        let own = try await objects("mine")
        let record = try #require(own.last)
        try await pair.sendingInBackground { store in
            _ = try await pair.sendingInBackground { other in
                try await other.write("v1/keys/q/other", [1])
            }
            for (name, bytes) in own.dropLast() { _ = try await store.create(name, bytes) }
            try await store.write(record.name, record.bytes)
        }
        let calls = shared.drainCalls().filter { !$0.hasPrefix("read") }
        #expect(calls.first == "write v1/keys/q/other" && calls.count == own.count + 1)
        #expect(calls.last == "write \(record.name)", "\(calls)")
    }

    @Test func `an import writes to both stores, and reports a shared store that fails`()
        async throws
    {
        try await tree.save("k", "one", to: tiers)
        let archive = tree.source.file("a.tar")
        let cache = BuildCache(stores: tiers)
        let record = try #require(shared.names.first { $0.hasPrefix(StoreLayout.keys) })
        _ = try await cache.export(record, to: archive, as: .plain)
        func imported(_ key: String) async throws -> SaveReport {
            try await BuildCache(stores: tiers).importArchive(
                archive,
                as: tree.identity(key),
                root: tree.source.path,
                limit: 1 << 20
            )
        }
        // A sweep list does not belong to an entry, and is not copied.
        let list = SweepList(
            markedAt: 0,
            objects: shared.names.filter { !$0.hasPrefix("v1/keys/") }
        )
        let bytes = list.encode()
        try shared.write(SweepList.name(0, bytes), bytes)
        #expect(try await imported("i").outcome == .saved)
        #expect(try await tree.restored("i", from: CacheStores(shared: shared)) == "one")
        #expect(try DirectoryStore(local.path).list(prefix: StoreLayout.sweeps).objects.isEmpty)
        shared.fail(StoreError(.unavailable, "gone"))
        let report = try await imported("j")
        #expect(report.outcome == .saved)
        #expect(report.notes == ["gone; going on with '\(local.path)' alone"])
    }
}
