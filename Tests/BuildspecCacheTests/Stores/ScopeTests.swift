import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Entries that are found in other scopes.
@Suite(.timed) struct `Read scopes` {
    /// Saves an entry whose only file names its scope and key.
    private func save(_ fixture: TrustFixture, _ scope: String, _ key: String?) async throws {
        let tree = try TemporaryDirectory()
        try tree.write("\(scope)/\(key ?? "-")", to: "tree/file")
        let identity = fixture.identity(key, scope: scope)
        _ = try await fixture.cache().save(identity, from: tree.path)
    }

    private func found(_ fixture: TrustFixture, _ identity: CacheIdentity) async throws -> String? {
        let target = try TemporaryDirectory()
        let report = try await fixture.cache().restore(identity, into: target.path)
        let text = try target.read("tree/file")
        if let origin = report.origin {
            #expect(text == "\(origin.scope)/\(origin.key ?? "-")")
            #expect(origin.isOwnScope == (origin.scope == identity.scope))
        }
        return text
    }

    @Test func `scopes are read in order, and keys before fallback keys`() async throws {
        let fixture = try TrustFixture()
        let identity = fixture.identity(
            "k-1",
            scope: "own",
            read: ["first", "second", "own", "first"],
            fallback: ["k-", "j-"]
        )
        // From the last to the first in the order, so each save is found before the earlier ones.
        let order = [
            ("other", "k-1"), ("second", "j-9"), ("first", "j-9"), ("own", "j-9"),
            ("second", "k-9"), ("first", "k-9"), ("own", "k-9"), ("second", "k-1"),
            ("first", "k-1"), ("own", "k-1"),
        ]
        var expected: String?
        for (scope, key) in order {
            try await save(fixture, scope, key)
            if scope != "other" { expected = "\(scope)/\(key)" }
            #expect(try await found(fixture, identity) == expected)
        }
    }

    @Test func `a fallback key finds the newest entry of a read scope`() async throws {
        let fixture = try TrustFixture()
        for key in ["k-3", "k-1", "k-2"] { try await save(fixture, "main", key) }
        let identity = fixture.identity("k-9", scope: "own", read: ["main"], fallback: ["k-"])
        #expect(try await found(fixture, identity) == "main/k-2")
    }

    @Test func `the default entry of a scope precedes the ones of its read scopes`() async throws {
        let fixture = try TrustFixture()
        let identity = fixture.identity(nil, scope: "own", read: ["first", "second"])
        for scope in ["second", "first", "own"] {
            try await save(fixture, scope, nil)
            #expect(try await found(fixture, identity) == "\(scope)/-")
        }
    }

    @Test func `a read scope does not include a scope whose name begins with it`() async throws {
        let fixture = try TrustFixture()
        try await save(fixture, "main2", "k-1")
        let identity = fixture.identity("k-1", scope: "own", read: ["main"], fallback: ["k-", ""])
        #expect(try await found(fixture, identity) == nil)
    }

    @Test(arguments: TrustFixture.Stores.allCases)
    func `a first save reuses objects of a read scope and does not change them`(
        stores: TrustFixture.Stores
    ) async throws {
        let fixture = try TrustFixture(stores)
        _ = try await fixture.cache().save(fixture.identity("k1"), from: fixture.source.path)
        let before = try await objects(fixture)
        let tree = try TemporaryDirectory()
        let identity = fixture.identity("k1", scope: "pr-7", read: ["main"])
        _ = try await fixture.cache().restore(identity, into: tree.path)
        try tree.write("changed by a pull request", to: "tree/0")
        let saved = try await fixture.cache().save(identity, from: tree.path)
        #expect(saved.outcome == .saved)
        #expect(saved.bytesReused == 5 * 6)
        let after = try await objects(fixture)
        for (name, bytes) in before { #expect(after[name] == bytes, "\(name)") }
        let added = Set(after.keys).subtracting(before.keys)
        let records = added.filter { $0.hasPrefix("v1/keys/") }
        #expect(records == [fixture.name(identity)])
    }

    @Test func `a save without a key adds only a record to the contents of a read scope`()
        async throws
    {
        let fixture = try TrustFixture()
        let state = try TemporaryDirectory()
        _ = try await fixture.cache().save(fixture.identity(nil), from: fixture.source.path)
        let before = try await objects(fixture)
        let tree = try TemporaryDirectory()
        let identity = fixture.identity(nil, scope: "pr-7", read: ["main"])
        _ = try await fixture.cache(state: state).restore(identity, into: tree.path)
        _ = try await fixture.cache(state: state).save(identity, from: tree.path)
        let added = Set(try await objects(fixture).keys).subtracting(before.keys)
        #expect(added == [fixture.name(identity)])
    }

    private func objects(_ fixture: TrustFixture) async throws -> [String: [UInt8]] {
        var objects: [String: [UInt8]] = [:]
        for info in try await fixture.shared.list(prefix: "v1/").objects {
            objects[info.name] = try await fixture.shared.read(info.name, limit: 1 << 24)?.bytes
        }
        return objects
    }
}

/// Saves of pull requests, which do not change what the main branch restores.
@Suite(.timed) struct `Pull request scopes` {
    @Test(arguments: TrustFixture.Stores.allCases)
    func `a pull request changes nothing that the main branch restores`(
        stores: TrustFixture.Stores
    ) async throws {
        let fixture = try TrustFixture(stores)
        let main = try fixture.demanding(fixture.main)
        for key in ["k1", nil] {
            _ = try await main.save(fixture.identity(key), from: fixture.source.path)
        }
        let evil = try TemporaryDirectory()
        try evil.write("evil", to: "tree/0")
        var policy = fixture.policy
        policy.unsignedScopes = ["pr-*"]
        let run = try fixture.cache().trusting(policy)
        for key in ["k1", "k2", nil] {
            let identity = fixture.identity(key, scope: "pr-7", read: ["main"])
            #expect(try await run.save(identity, from: evil.path).outcome == .saved)
            let own = try TemporaryDirectory()
            _ = try await run.restore(identity, into: own.path)
            #expect(try own.read("tree/0") == "evil")
        }
        for identity in [
            fixture.identity("k1"), fixture.identity(nil), fixture.identity("k2", fallback: ["k"]),
        ] {
            let target = try TemporaryDirectory()
            let report = try await main.restore(identity, into: target.path)
            #expect(report.notes == [])
            #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
        }
    }
}

/// Caches that never write to the shared store.
@Suite(.timed) struct `Read-only caches` {
    @Test(arguments: TrustFixture.Stores.allCases)
    func `a read-only cache restores and does not change the shared store`(
        stores: TrustFixture.Stores
    ) async throws {
        let fixture = try TrustFixture(stores)
        _ = try await fixture.cache().save(fixture.identity("k1"), from: fixture.source.path)
        let double = fixture.shared as? SharedStoreDouble
        _ = double?.drainCalls()
        let target = try TemporaryDirectory()
        let cache = try fixture.cache().readOnly()
        let report = try await cache.restore(fixture.identity("k1"), into: target.path)
        #expect(report.outcome == .exact(key: "k1"))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
        try target.write("new", to: "tree/new")
        let saved = try await cache.save(fixture.identity("k2"), from: target.path)
        #expect(saved.outcome == .notAllowed("the cache is read-only"))
        let calls = double?.drainCalls() ?? []
        #expect(calls.allSatisfy { !$0.hasPrefix("write") && !$0.hasPrefix("create") }, "\(calls)")
        await #expect(throws: CacheError.self) {
            try await cache.prune(PruneLimits(maximumSize: 0, gracePeriod: 0))
        }
        #expect(try await fixture.cache().entries().entries.map(\.key) == ["k1"])
    }

    @Test func `a read-only cache touches and deletes nothing in a directory`() async throws {
        let fixture = try TrustFixture()
        let identity = fixture.identity("k1")
        _ = try await fixture.cache().save(identity, from: fixture.source.path)
        let store = try #require(fixture.shared as? DirectoryStore)
        let pack = try #require(try store.list(prefix: StoreLayout.packs).objects.first).name
        try store.write(pack, [1, 2, 3])
        let handle = try DirectoryHandle.open(PathBytes(store.directory.string))
        let old = FileTime(seconds: 1_000, nanoseconds: 0)
        for info in try store.list(prefix: "v1/").objects {
            try store.directory.pushing(FilePath(info.name)).setModified(old)
        }
        let target = try TemporaryDirectory()
        let report = try await fixture.cache().readOnly().restore(identity, into: target.path)
        #expect(report.isMiss)
        #expect(try store.list(prefix: "v1/").objects.allSatisfy { $0.modified == 1_000 })
        #expect(try store.read(pack, limit: 99)?.bytes == [1, 2, 3])
        #expect(try handle.names().count == 2, "the marker and the objects")
    }

    @Test func `a read-only cache of a directory is inspected like the directory`() async throws {
        let fixture = try TrustFixture()
        let identity = fixture.identity("k1")
        let state = try TemporaryDirectory()
        _ = try await fixture.cache().save(identity, from: fixture.source.path)
        let cache = try fixture.cache(state: state).readOnly()
        let pruned = try await cache.prune(PruneLimits(maximumCount: 0), dryRun: true)
        #expect(!pruned.isShared && pruned.removedEntries.count == 1)
        for pack in try await fixture.shared.list(prefix: StoreLayout.packs).objects {
            try await fixture.shared.remove(pack.name)
        }
        let explained = try await cache.explain(identity, root: fixture.source.path)
        guard case .damaged(let reason) = explained.verdict else {
            Issue.record("\(explained.verdict)")
            return
        }
        #expect(reason.contains("is missing") && explained.nearest.isEmpty)
        let target = try TemporaryDirectory()
        #expect(try await cache.restore(identity, into: target.path).isMiss)
        let names = try state.handle.names().map { String(decoding: $0, as: UTF8.self) }
        #expect(!names.contains { $0.hasSuffix(".damage") }, "\(names)")
    }

    @Test func `a read-only cache fills the local store from the shared one`() async throws {
        let shared = SharedStoreDouble()
        let source = try TemporaryDirectory()
        try source.write("content", to: "tree/file")
        let identity = CacheIdentity(scope: "main", key: "k", paths: ["tree/**/*"])
        _ = try await BuildCache(store: shared).save(identity, from: source.path)
        let local = try TemporaryDirectory()
        let tiers = CacheStores(local: DirectoryStore(local.path), shared: shared)
        let target = try TemporaryDirectory()
        _ = try await BuildCache(stores: tiers).readOnly().restore(identity, into: target.path)
        let names = try DirectoryStore(local.path).list(prefix: "v1/").objects.map(\.name)
        #expect(names.sorted() == shared.names)
    }
}
