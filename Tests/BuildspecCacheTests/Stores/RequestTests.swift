import BuildspecFiles
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A store that records its requests, and that the cache takes for one on another machine.
private final class CountingStore: CacheStore {
    let store: DirectoryStore
    private let log = Mutex<[String]>([])

    init(_ directory: FilePath) { store = DirectoryStore(directory) }

    var location: String { store.location }

    /// Returns the requests since the last call.
    func requests() -> [String] {
        log.withLock { log in
            defer { log = [] }
            return log
        }
    }

    private func note(_ request: String) { log.withLock { $0.append(request) } }

    func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
        note("read \(name)")
        return try store.read(name, limit: limit)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        note("write \(name)")
        try store.write(name, bytes)
    }

    func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        note("info \(name)")
        return try store.info(name)
    }

    func list(prefix: String) throws(StoreError) -> ObjectListing {
        note("list \(prefix)")
        return try store.list(prefix: prefix)
    }

    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        note("delete \(name.text)")
        return try store.delete(name, ifUnchanged: listed)
    }
}

/// The requests of a machine whose stat index covers an unchanged tree.
@Suite(.timed) struct `Requests for an unchanged tree` {
    private struct UnchangedTreeFixture {
        let base: CacheFixture
        let store: CountingStore
        let cache: BuildCache

        /// Saves a tree of several packs under `key`, with an index that covers all files.
        init(_ key: String?) async throws {
            base = try CacheFixture()
            store = CountingStore(base.store.path)
            cache = BuildCache(store: store, indexDirectory: base.state.path)
            for number in 0..<3 {
                let bytes = [UInt8](repeating: UInt8(number), count: 8 << 20)
                try base.overwrite(base.source.file("tree/file\(number)"), bytes)
            }
            // The index trusts files only after the file system's clock has ticked.
            try await Task.sleep(for: .milliseconds(80))
            _ = try await cache.save(base.identity(key), from: base.source.path)
            #expect(try base.objects("packs/").count > 1)
            _ = store.requests()
        }

        func restoredTree(_ key: String?) async throws -> TreeSnapshot {
            try await base.restoredTree(key, by: cache)
        }
    }

    @Test(arguments: [nil, "key"])
    func `a save of an unchanged tree makes at most three requests and reads no content`(
        key: String?
    ) async throws {
        let fixture = try await UnchangedTreeFixture(key)
        let report = try await fixture.cache.save(
            fixture.base.identity(key),
            from: fixture.base.source.path
        )
        #expect(report.outcome == (key == nil ? .saved : .alreadyStored))
        #expect(report.entries == 4)
        #expect(report.files == 3)
        #expect(report.bytesReused == 24 << 20)
        let requests = fixture.store.requests()
        #expect(requests.count <= 3, "\(requests)")
        #expect(!requests.contains { $0.contains("read v1/packs") || $0.contains("read v1/man") })
        #expect(try await fixture.restoredTree(key) == TreeSnapshot(fixture.base.source.path))
    }

    @Test func `a restore over an unchanged tree makes one request`() async throws {
        let fixture = try await UnchangedTreeFixture(nil)
        let report = try await fixture.cache.restore(
            fixture.base.identity(nil),
            into: fixture.base.source.path
        )
        #expect(report.filesUnchanged == 3)
        #expect(report.entries == 4)
        #expect(fixture.store.requests().count == 1)
    }

    @Test(arguments: [nil, "key"])
    func `an unchanged tree needs no pack and no manifest of a local store`(
        key: String?
    ) async throws {
        let fixture = try await UnchangedTreeFixture(key)
        let cache = fixture.base.indexedCache
        let identity = fixture.base.identity(key)
        // A read of one of these finds damage, and a write repairs it.
        let objects = try fixture.base.objects("packs/") + fixture.base.objects("manifests/")
        let zeros = try objects.map {
            try [UInt8](repeating: 0, count: fixture.base.bytes($0).count)
        }
        for (object, bytes) in zip(objects, zeros) { try fixture.base.overwrite(object, bytes) }
        let saved = try await cache.save(identity, from: fixture.base.source.path)
        #expect(saved.outcome == (key == nil ? .saved : .alreadyStored))
        #expect(saved.bytesReused == 24 << 20)
        let restored = try await cache.restore(identity, into: fixture.base.source.path)
        #expect(restored.filesUnchanged == 3)
        #expect(restored.notes.isEmpty)
        #expect(try objects.map(fixture.base.bytes) == zeros)
    }

    @Test(arguments: ["packs/", "manifests/"], [nil, "key"])
    func `a save writes the lost objects of a local store again`(
        kind: String,
        key: String?
    ) async throws {
        let fixture = try await UnchangedTreeFixture(key)
        let cache = fixture.base.indexedCache
        _ = try await cache.save(fixture.base.identity(key), from: fixture.base.source.path)
        try fixture.base.remove(#require(fixture.base.objects(kind).last))
        _ = try await cache.save(fixture.base.identity(key), from: fixture.base.source.path)
        #expect(try await fixture.restoredTree(key) == TreeSnapshot(fixture.base.source.path))
    }

    @Test func `a save after a restore that found damage checks all objects`() async throws {
        let fixture = try await UnchangedTreeFixture(nil)
        let cache = fixture.base.indexedCache
        _ = try await cache.save(fixture.base.identity(nil), from: fixture.base.source.path)
        let manifest = try #require(fixture.base.objects("manifests/").first)
        try fixture.base.overwrite(manifest, [1, 2, 3])
        try fixture.base.source.write("more", to: "tree/more")
        let report = try await cache.restore(
            fixture.base.identity(nil),
            into: fixture.base.source.path
        )
        #expect(report.notes.count == 1)
        _ = try await cache.save(fixture.base.identity(nil), from: fixture.base.source.path)
        #expect(try await fixture.restoredTree(nil) == TreeSnapshot(fixture.base.source.path))
    }
}
