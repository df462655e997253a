import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// Machines that share a remote store, each with a state directory of its own.
private struct Machines {
    let remote = SharedStoreDouble()
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

    /// A machine without a store of its own.
    func direct(_ state: TemporaryDirectory) -> BuildCache {
        BuildCache(store: remote, indexDirectory: state.path)
    }

    /// A machine with a store of its own in front of the remote one.
    func tiered(_ state: TemporaryDirectory, _ near: TemporaryDirectory) -> BuildCache {
        BuildCache(
            store: TieredStore(local: DirectoryStore(near.path), shared: remote),
            indexDirectory: state.path
        )
    }
}

/// How a store on other machines is used.
@Suite struct `A remote store` {
    @Test func `is asked at most three times by a build that changes nothing`() async throws {
        let machines = try Machines()
        let state = try TemporaryDirectory()
        let cache = machines.direct(state)
        _ = try await cache.save(machines.identity, from: machines.source.path)
        _ = machines.remote.takeCalls()
        let restored = try await cache.restore(machines.identity, into: machines.source.path)
        #expect(restored.filesUnchanged == 40)
        let saved = try await cache.save(machines.identity, from: machines.source.path)
        #expect(saved.outcome == .saved)
        let calls = machines.remote.takeCalls()
        #expect(calls.count <= 3, "\(calls)")
    }

    @Test func `is asked at most three times for a key that is stored already`() async throws {
        let machines = try Machines()
        let state = try TemporaryDirectory()
        let cache = machines.direct(state)
        var identity = machines.identity
        identity.key = "k1"
        _ = try await cache.save(identity, from: machines.source.path)
        _ = machines.remote.takeCalls()
        _ = try await cache.restore(identity, into: machines.source.path)
        let saved = try await cache.save(identity, from: machines.source.path)
        #expect(saved.outcome == .alreadyStored)
        let calls = machines.remote.takeCalls()
        #expect(calls.count <= 3, "\(calls)")
    }

    @Test func `adds nothing for contents that another scope has`() async throws {
        let machines = try Machines()
        let cache = machines.direct(try TemporaryDirectory())
        _ = try await cache.save(machines.identity, from: machines.source.path)
        var identity = machines.identity
        identity.scope = "another"
        let again = machines.direct(try TemporaryDirectory())
        let saved = try await again.save(identity, from: machines.source.path)
        #expect(saved.outcome == .saved && saved.bytesStored < 1_000)
    }

    @Test func `gives another machine the tree, and takes its changes`() async throws {
        let machines = try Machines()
        let first = machines.direct(try TemporaryDirectory())
        _ = try await first.save(machines.identity, from: machines.source.path)
        let other = try TemporaryDirectory()
        let second = machines.direct(try TemporaryDirectory())
        _ = try await second.restore(machines.identity, into: other.path)
        #expect(try TreeSnapshot(other.path) == TreeSnapshot(machines.source.path))
        try other.write("new", to: "tree/0/new")
        let saved = try await second.save(machines.identity, from: other.path)
        #expect(saved.bytesReused > saved.bytesStored)
        _ = try await first.restore(machines.identity, into: machines.source.path)
        #expect(try machines.source.read("tree/0/new") == "new")
    }

    @Test(arguments: ["packs", "manifests"])
    func `that hands out wrong bytes restores nothing and is repaired by the next save`(
        part: String
    ) async throws {
        let machines = try Machines()
        let first = machines.direct(try TemporaryDirectory())
        _ = try await first.save(machines.identity, from: machines.source.path)
        for name in machines.remote.names where name.contains("/\(part)/") {
            machines.remote.damage(name)
        }
        let other = try TemporaryDirectory()
        let second = machines.direct(try TemporaryDirectory())
        let restored = try await second.restore(machines.identity, into: other.path)
        guard case .miss = restored.outcome else {
            Issue.record("\(restored)")
            return
        }
        #expect(restored.notes.count == 1)
        #expect(try other.handle.names().isEmpty)
        let saved = try await second.save(machines.identity, from: machines.source.path)
        #expect(saved.outcome == .saved)
        let third = machines.direct(try TemporaryDirectory())
        _ = try await third.restore(machines.identity, into: other.path)
        #expect(try TreeSnapshot(other.path) == TreeSnapshot(machines.source.path))
    }
}

/// A store on this machine in front of a remote one.
@Suite struct `A near store and a far one` {
    @Test func `both have everything after a save`() async throws {
        let machines = try Machines()
        let near = try TemporaryDirectory()
        let cache = machines.tiered(try TemporaryDirectory(), near)
        _ = try await cache.save(machines.identity, from: machines.source.path)
        let names = try DirectoryStore(near.path).list(prefix: "").map(\.name).sorted()
        #expect(names == machines.remote.names)
        #expect(names.count >= 3)
    }

    @Test func `contents come from the near one once they have been there`() async throws {
        let machines = try Machines()
        let writer = machines.direct(try TemporaryDirectory())
        _ = try await writer.save(machines.identity, from: machines.source.path)
        let near = try TemporaryDirectory()
        for round in 0..<2 {
            let target = try TemporaryDirectory()
            _ = machines.remote.takeCalls()
            let cache = machines.tiered(try TemporaryDirectory(), near)
            _ = try await cache.restore(machines.identity, into: target.path)
            #expect(try TreeSnapshot(target.path) == TreeSnapshot(machines.source.path))
            let calls = machines.remote.takeCalls()
            #expect(round == 0 ? calls.count > 2 : calls.count == 1, "\(calls)")
        }
    }

    @Test func `damage in the near one is replaced by what the far one has`() async throws {
        let machines = try Machines()
        let near = try TemporaryDirectory()
        let cache = machines.tiered(try TemporaryDirectory(), near)
        _ = try await cache.save(machines.identity, from: machines.source.path)
        let store = DirectoryStore(near.path)
        for name in machines.remote.names where name.contains("/packs/") {
            try store.write(name, [1, 2, 3])
        }
        let target = try TemporaryDirectory()
        let restored = try await machines.tiered(try TemporaryDirectory(), near)
            .restore(machines.identity, into: target.path)
        #expect(restored.notes == [])
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(machines.source.path))
        let verified = try await BuildCache(directory: near.path).verify()
        #expect(verified.problems == [])
    }

    @Test func `a dead far one costs one line, and the near one goes on`() async throws {
        let machines = try Machines()
        let near = try TemporaryDirectory()
        machines.remote.fail(StoreError(.unavailable, "nobody answers"))
        let cache = machines.tiered(try TemporaryDirectory(), near)
        let missed = try await cache.restore(machines.identity, into: machines.source.path)
        #expect(missed.notes == ["nobody answers; going on with '\(near.path)' alone"])
        #expect(missed.outcome == .miss(reason: "no entry for this key and these paths"))
        let saved = try await cache.save(machines.identity, from: machines.source.path)
        #expect(saved.outcome == .saved && saved.notes == [])
        #expect(machines.remote.takeCalls().count == 1)
        let target = try TemporaryDirectory()
        let restored = try await cache.restore(machines.identity, into: target.path)
        #expect(restored.outcome == .exact(key: nil))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(machines.source.path))
    }

    @Test func `what was saved while the far one was dead comes to it whole with the next save`()
        async throws
    {
        let machines = try Machines()
        let near = try TemporaryDirectory()
        let state = try TemporaryDirectory()
        machines.remote.fail(StoreError(.unavailable, "nobody answers"))
        let cut = machines.tiered(state, near)
        _ = try await cut.save(machines.identity, from: machines.source.path)
        machines.remote.fail(nil)
        let again = machines.tiered(state, near)
        let saved = try await again.save(machines.identity, from: machines.source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        let other = machines.direct(try TemporaryDirectory())
        let restored = try await other.restore(machines.identity, into: target.path)
        #expect(restored.outcome == .exact(key: nil), "\(restored)")
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(machines.source.path))
    }

    @Test func `the key record is sent when all before it has arrived`() async throws {
        let machines = try Machines()
        let cache = machines.tiered(try TemporaryDirectory(), try TemporaryDirectory())
        _ = try await cache.save(machines.identity, from: machines.source.path)
        let writes = machines.remote.takeCalls().filter { !$0.hasPrefix("read") }
        #expect(writes.last?.hasPrefix("write v1/keys/") == true, "\(writes)")
        #expect(writes.count { $0.hasPrefix("create") } >= 2, "\(writes)")
    }

    @Test(arguments: 1...4)
    func `a far one that dies during a save gets no record, and costs one line`(
        calls: Int
    ) async throws {
        let machines = try Machines()
        let near = try TemporaryDirectory()
        machines.remote.fail(StoreError(.unavailable, "gone"), after: calls)
        let cache = machines.tiered(try TemporaryDirectory(), near)
        let saved = try await cache.save(machines.identity, from: machines.source.path)
        #expect(saved.outcome == .saved)
        #expect(saved.notes == ["gone; going on with '\(near.path)' alone"])
        #expect(!machines.remote.names.contains { $0.contains("/keys/") })
        let target = try TemporaryDirectory()
        let alone = BuildCache(directory: near.path)
        let restored = try await alone.restore(machines.identity, into: target.path)
        #expect(restored.outcome == .exact(key: nil))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(machines.source.path))
    }

    @Test func `a save that is stopped while it sends leaves the near one whole`() async throws {
        let machines = try Machines()
        let near = try TemporaryDirectory()
        machines.remote.stall()
        let cache = machines.tiered(try TemporaryDirectory(), near)
        let saved = try await withThrowingTaskGroup(of: SaveReport.self) { tasks in
            tasks.addTask {
                try await cache.save(machines.identity, from: machines.source.path)
            }
            let keys = DirectoryStore(near.path)
            while try keys.list(prefix: "v1/keys/").isEmpty {
                try await Task.sleep(for: .milliseconds(5))
            }
            tasks.cancelAll()
            return try #require(try await tasks.next())
        }
        #expect(saved.outcome == .saved)
        #expect(saved.notes == ["stopped before all was sent to 'remote:'; the next save sends it"])
        #expect(!machines.remote.names.contains { $0.contains("/keys/") })
        let verified = try await BuildCache(directory: near.path).verify()
        #expect(verified.problems == [] && verified.entries == 1)
    }
}
