import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// A shared store, and the caches of machines that use it.
private struct MachineFixture {
    let shared = SharedStoreDouble()
    let source: TemporaryDirectory
    let identity = CacheIdentity(scope: "project", key: nil, paths: ["tree/**/*"])

    init() throws {
        source = try TemporaryDirectory()
        var random = SplitMix64(seed: 6)
        for number in 0..<40 {
            let text = random.bytes(2_000).map { String($0, radix: 36) }.joined()
            try source.write(text, to: "tree/\(number % 4)/file\(number)")
        }
    }

    /// Returns the cache of a machine without a local store.
    func direct(_ state: TemporaryDirectory) -> BuildCache {
        BuildCache(store: shared, indexDirectory: state.path)
    }

    /// Returns the cache of a machine with a local store in front of the shared one.
    func tiered(_ state: TemporaryDirectory, _ local: TemporaryDirectory) -> BuildCache {
        BuildCache(
            stores: CacheStores(local: DirectoryStore(local.path), shared: shared),
            indexDirectory: state.path
        )
    }
}

/// A shared store without a local store in front of it.
@Suite(.timed) struct `One shared store` {
    @Test func `a build without changes makes at most three requests`() async throws {
        let fixture = try MachineFixture()
        let state = try TemporaryDirectory()
        let cache = fixture.direct(state)
        _ = try await cache.save(fixture.identity, from: fixture.source.path)
        _ = fixture.shared.drainCalls()
        let restored = try await cache.restore(fixture.identity, into: fixture.source.path)
        #expect(restored.filesUnchanged == 40)
        let saved = try await cache.save(fixture.identity, from: fixture.source.path)
        #expect(saved.outcome == .saved)
        let calls = fixture.shared.drainCalls()
        #expect(calls.count <= 3, "\(calls)")
    }

    @Test func `a build with a stored key makes at most three requests`() async throws {
        let fixture = try MachineFixture()
        let state = try TemporaryDirectory()
        let cache = fixture.direct(state)
        var identity = fixture.identity
        identity.key = "k1"
        _ = try await cache.save(identity, from: fixture.source.path)
        _ = fixture.shared.drainCalls()
        _ = try await cache.restore(identity, into: fixture.source.path)
        let saved = try await cache.save(identity, from: fixture.source.path)
        #expect(saved.outcome == .alreadyStored)
        let calls = fixture.shared.drainCalls()
        #expect(calls.count <= 3, "\(calls)")
    }

    @Test func `a shared store keeps the contents of two scopes once`() async throws {
        let fixture = try MachineFixture()
        let cache = fixture.direct(try TemporaryDirectory())
        _ = try await cache.save(fixture.identity, from: fixture.source.path)
        var identity = fixture.identity
        identity.scope = "another"
        let again = fixture.direct(try TemporaryDirectory())
        let saved = try await again.save(identity, from: fixture.source.path)
        #expect(saved.outcome == .saved && saved.bytesStored < 1_000)
    }

    @Test func `two machines exchange a tree and its changes`() async throws {
        let fixture = try MachineFixture()
        let first = fixture.direct(try TemporaryDirectory())
        _ = try await first.save(fixture.identity, from: fixture.source.path)
        let other = try TemporaryDirectory()
        let second = fixture.direct(try TemporaryDirectory())
        _ = try await second.restore(fixture.identity, into: other.path)
        #expect(try TreeSnapshot(other.path) == TreeSnapshot(fixture.source.path))
        try other.write("new", to: "tree/0/new")
        let saved = try await second.save(fixture.identity, from: other.path)
        #expect(saved.bytesReused > saved.bytesStored)
        _ = try await first.restore(fixture.identity, into: fixture.source.path)
        #expect(try fixture.source.read("tree/0/new") == "new")
    }

    @Test(arguments: ["packs", "manifests"])
    func `wrong bytes of a shared store are a miss, and the next save repairs it`(
        part: String
    ) async throws {
        let fixture = try MachineFixture()
        let first = fixture.direct(try TemporaryDirectory())
        _ = try await first.save(fixture.identity, from: fixture.source.path)
        for name in fixture.shared.names where name.contains("/\(part)/") {
            fixture.shared.damage(name)
        }
        let other = try TemporaryDirectory()
        let second = fixture.direct(try TemporaryDirectory())
        let restored = try await second.restore(fixture.identity, into: other.path)
        guard case .miss = restored.outcome else {
            Issue.record("\(restored)")
            return
        }
        #expect(restored.notes.count == 1)
        #expect(try other.handle.names().isEmpty)
        let saved = try await second.save(fixture.identity, from: fixture.source.path)
        #expect(saved.outcome == .saved)
        let third = fixture.direct(try TemporaryDirectory())
        _ = try await third.restore(fixture.identity, into: other.path)
        #expect(try TreeSnapshot(other.path) == TreeSnapshot(fixture.source.path))
    }
}

/// A local store in front of a shared one.
@Suite(.timed) struct `Local and shared stores` {
    @Test func `a save writes the same objects to both stores`() async throws {
        let fixture = try MachineFixture()
        let local = try TemporaryDirectory()
        let cache = fixture.tiered(try TemporaryDirectory(), local)
        _ = try await cache.save(fixture.identity, from: fixture.source.path)
        let names = try DirectoryStore(local.path).list(prefix: "").objects.map(\.name).sorted()
        #expect(names == fixture.shared.names)
        #expect(names.count >= 3)
    }

    @Test func `a second restore takes the contents from the local store`() async throws {
        let fixture = try MachineFixture()
        let writer = fixture.direct(try TemporaryDirectory())
        _ = try await writer.save(fixture.identity, from: fixture.source.path)
        let local = try TemporaryDirectory()
        for round in 0..<2 {
            let target = try TemporaryDirectory()
            _ = fixture.shared.drainCalls()
            let cache = fixture.tiered(try TemporaryDirectory(), local)
            _ = try await cache.restore(fixture.identity, into: target.path)
            #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
            let calls = fixture.shared.drainCalls()
            #expect(round == 0 ? calls.count > 2 : calls.count == 1, "\(calls)")
        }
    }

    @Test func `damage in the local store is replaced from the shared store`() async throws {
        let fixture = try MachineFixture()
        let local = try TemporaryDirectory()
        let cache = fixture.tiered(try TemporaryDirectory(), local)
        _ = try await cache.save(fixture.identity, from: fixture.source.path)
        let store = DirectoryStore(local.path)
        for name in fixture.shared.names where name.contains("/packs/") {
            try store.write(name, [1, 2, 3])
        }
        let target = try TemporaryDirectory()
        let restored = try await fixture.tiered(try TemporaryDirectory(), local)
            .restore(fixture.identity, into: target.path)
        #expect(restored.notes == [])
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
        let verified = try await BuildCache(directory: local.path).verify()
        #expect(verified.problems == [])
    }

    @Test func `an unavailable shared store costs one note, and the local store is used alone`()
        async throws
    {
        let fixture = try MachineFixture()
        let local = try TemporaryDirectory()
        fixture.shared.fail(StoreError(.unavailable, "nobody answers"))
        let cache = fixture.tiered(try TemporaryDirectory(), local)
        let missed = try await cache.restore(fixture.identity, into: fixture.source.path)
        #expect(missed.notes == ["nobody answers; going on with '\(local.path)' alone"])
        #expect(missed.outcome == .miss(reason: "no entry for this key and these paths"))
        let saved = try await cache.save(fixture.identity, from: fixture.source.path)
        #expect(saved.outcome == .saved && saved.notes == [])
        #expect(fixture.shared.drainCalls().count == 1)
        let target = try TemporaryDirectory()
        let restored = try await cache.restore(fixture.identity, into: target.path)
        #expect(restored.outcome == .exact(key: nil))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
    }

    @Test func `the next save after an outage sends the whole entry to the shared store`()
        async throws
    {
        let fixture = try MachineFixture()
        let local = try TemporaryDirectory()
        let state = try TemporaryDirectory()
        fixture.shared.fail(StoreError(.unavailable, "nobody answers"))
        let cut = fixture.tiered(state, local)
        _ = try await cut.save(fixture.identity, from: fixture.source.path)
        fixture.shared.fail(nil)
        let again = fixture.tiered(state, local)
        let saved = try await again.save(fixture.identity, from: fixture.source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        let other = fixture.direct(try TemporaryDirectory())
        let restored = try await other.restore(fixture.identity, into: target.path)
        #expect(restored.outcome == .exact(key: nil), "\(restored)")
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
    }

    @Test func `a save sends the key record after all other objects`() async throws {
        let fixture = try MachineFixture()
        let cache = fixture.tiered(try TemporaryDirectory(), try TemporaryDirectory())
        _ = try await cache.save(fixture.identity, from: fixture.source.path)
        let writes = fixture.shared.drainCalls().filter { !$0.hasPrefix("read") }
        #expect(writes.last?.hasPrefix("write v1/keys/") == true, "\(writes)")
        #expect(writes.count { $0.hasPrefix("create") } >= 2, "\(writes)")
    }

    @Test(arguments: 1...4)
    func `a shared store that fails during a save gets no record, and costs one note`(
        calls: Int
    ) async throws {
        let fixture = try MachineFixture()
        let local = try TemporaryDirectory()
        fixture.shared.fail(StoreError(.unavailable, "gone"), after: calls)
        let cache = fixture.tiered(try TemporaryDirectory(), local)
        let saved = try await cache.save(fixture.identity, from: fixture.source.path)
        #expect(saved.outcome == .saved)
        #expect(saved.notes == ["gone; going on with '\(local.path)' alone"])
        #expect(!fixture.shared.names.contains { $0.contains("/keys/") })
        let target = try TemporaryDirectory()
        let alone = BuildCache(directory: local.path)
        let restored = try await alone.restore(fixture.identity, into: target.path)
        #expect(restored.outcome == .exact(key: nil))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
    }

    @Test func `a save that is cancelled while it sends leaves the local store complete`()
        async throws
    {
        let fixture = try MachineFixture()
        let local = try TemporaryDirectory()
        fixture.shared.stall()
        let cache = fixture.tiered(try TemporaryDirectory(), local)
        let saved = try await withThrowingTaskGroup(of: SaveReport.self) { tasks in
            tasks.addTask {
                try await cache.save(fixture.identity, from: fixture.source.path)
            }
            let keys = DirectoryStore(local.path)
            while try keys.list(prefix: "v1/keys/").objects.isEmpty {
                try await Task.sleep(for: .milliseconds(5))
            }
            tasks.cancelAll()
            return try #require(try await tasks.next())
        }
        #expect(saved.outcome == .saved)
        #expect(saved.notes == ["stopped before all was sent to 'remote:'; the next save sends it"])
        #expect(!fixture.shared.names.contains { $0.contains("/keys/") })
        let verified = try await BuildCache(directory: local.path).verify()
        #expect(verified.problems == [] && verified.entries == 1)
    }
}
