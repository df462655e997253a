import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Key records of a near store and a far one, which several saves and restores use at once.
@Suite struct `Key records in two stores` {
    private let near: TemporaryDirectory
    private let source: TemporaryDirectory
    private let far = SharedStoreDouble()

    init() throws {
        near = try TemporaryDirectory()
        source = try TemporaryDirectory()
    }

    private var tiers: TieredStore {
        TieredStore(local: DirectoryStore(near.path), shared: far)
    }

    private func identity(_ key: String?) -> CacheIdentity {
        CacheIdentity(scope: "p", key: key, paths: ["tree/**/*"])
    }

    private func save(
        _ key: String?,
        _ content: String,
        to store: any CacheStore
    ) async throws -> SaveReport {
        try source.write(content, to: "tree/a")
        return try await BuildCache(store: store).save(identity(key), from: source.path)
    }

    private func restored(_ key: String?, from store: any CacheStore) async throws -> String? {
        let target = try TemporaryDirectory()
        let report = try await BuildCache(store: store).restore(identity(key), into: target.path)
        guard case .exact = report.outcome else { return nil }
        return try target.read("tree/a")
    }

    /// What a store on this machine has of the keyless entry after a save: its record, and the rest.
    private func objects(_ content: String) async throws -> [(name: String, bytes: [UInt8])] {
        let place = try TemporaryDirectory()
        let other = DirectoryStore(place.path)
        _ = try await save(nil, content, to: other)
        var objects: [(String, [UInt8])] = []
        for info in try other.list(prefix: "v1/") {
            objects.append((info.name, try #require(try other.read(info.name, limit: .max))))
        }
        return objects.sorted { left, _ in !left.0.hasPrefix(StoreLayout.keys) }
    }

    @Test(arguments: [true, false])
    func `a save sends its own, whatever comes under the name meanwhile`(
        isRestore: Bool
    ) async throws {
        _ = try await save(nil, "old", to: far)
        let own = try await objects("mine")
        let other = try await objects("other")
        let (near, far, tiers) = (near, far, tiers)
        far.stall()
        try await tiers.sendingInBackground { store in
            for (name, bytes) in own where !name.hasPrefix(StoreLayout.keys) {
                _ = try await store.create(name, bytes)
            }
            let record = try #require(own.last)
            try await store.write(record.name, record.bytes)
            // In another process, while what belongs to it is still on its way.
            let second = DirectoryStore(near.path)
            if isRestore {
                try second.write(record.name, try #require(try far.read(record.name, limit: .max)))
            } else {
                try second.write(record.name, try #require(other.last).bytes)
            }
            far.stall(false)
        }
        #expect(try await restored(nil, from: far) == "mine")
    }

    @Test func `a restore leaves alone a near one that is not sent yet`() async throws {
        let name = try #require(try await objects("x").last).name
        _ = try await save(nil, "old", to: far)
        _ = try await save(nil, "mine", to: DirectoryStore(near.path))
        let mine = try DirectoryStore(near.path).read(name, limit: .max)
        #expect(try await restored(nil, from: tiers) == "old")
        #expect(try DirectoryStore(near.path).read(name, limit: .max) == mine)
        _ = try await save(nil, "later", to: far)
        #expect(try await restored(nil, from: tiers) == "later")
        #expect(try DirectoryStore(near.path).read(name, limit: .max) != mine)
    }

    @Test func `an entry with a key whose record did not arrive is sent by the next save`()
        async throws
    {
        _ = try await save("k", "one", to: tiers)
        let record = try #require(far.names.first { $0.hasPrefix(StoreLayout.keys) })
        let manifest = try #require(far.names.first { $0.hasPrefix(StoreLayout.manifests) })
        far.lose(record)
        far.lose(manifest)
        #expect(try await save("k", "one", to: tiers).outcome == .saved)
        #expect(try await restored("k", from: far) == "one")
        #expect(try await save("k", "one", to: tiers).outcome == .alreadyStored)
        far.lose(record)
        let cut = tiers
        far.fail(StoreError(.unavailable, "nobody answers"))
        #expect(try await save("k", "one", to: cut).outcome == .alreadyStored)
    }

    @Test func `two saves at once with one store have each their own order`() async throws {
        let tiers = tiers
        let own = try await objects("mine")
        let record = try #require(own.last)
        try await tiers.sendingInBackground { store in
            _ = try await tiers.sendingInBackground { other in
                try await other.write("v1/keys/q/other", [1])
            }
            for (name, bytes) in own.dropLast() { _ = try await store.create(name, bytes) }
            try await store.write(record.name, record.bytes)
        }
        let calls = far.takeCalls().filter { !$0.hasPrefix("read") }
        #expect(calls.first == "write v1/keys/q/other" && calls.count == own.count + 1)
        #expect(calls.last == "write \(record.name)", "\(calls)")
    }

    @Test func `an import comes to both, and a far one that fails is said`() async throws {
        _ = try await save("k", "one", to: tiers)
        let archive = source.file("a.tar")
        let cache = BuildCache(store: tiers)
        let record = try #require(far.names.first { $0.hasPrefix(StoreLayout.keys) })
        _ = try await cache.export(record, to: archive, as: .plain)
        func imported(_ key: String) async throws -> SaveReport {
            try await BuildCache(store: tiers).importArchive(
                archive,
                as: identity(key),
                root: source.path,
                limit: 1 << 20
            )
        }
        // What a prune marked is no entry: it stays where it is.
        let list = SweepList(markedAt: 0, objects: far.names.filter { !$0.hasPrefix("v1/keys/") })
        let bytes = list.encode()
        try far.write(SweepList.name(0, bytes), bytes)
        #expect(try await imported("i").outcome == .saved)
        #expect(try await restored("i", from: far) == "one")
        #expect(try DirectoryStore(near.path).list(prefix: StoreLayout.sweeps).isEmpty)
        far.fail(StoreError(.unavailable, "gone"))
        let report = try await imported("j")
        #expect(report.outcome == .saved)
        #expect(report.notes == ["gone; going on with '\(near.path)' alone"])
    }
}
