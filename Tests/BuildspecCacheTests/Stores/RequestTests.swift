import BuildspecFiles
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A store that is not on this machine, as far as the engine can tell, and counts what it is asked.
private final class CountingStore: CacheStore {
    let store: DirectoryStore
    private let asked = Mutex<[String]>([])

    init(_ directory: FilePath) { store = DirectoryStore(directory) }

    var location: String { store.location }

    /// The requests since the last call.
    func requests() -> [String] {
        asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
    }

    private func note(_ request: String) { asked.withLock { $0.append(request) } }

    func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
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

    func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        note("list \(prefix)")
        return try store.list(prefix: prefix)
    }

    func delete(_ name: ObjectName) throws(StoreError) {
        note("delete \(name.text)")
        try store.delete(name)
    }
}

/// When nothing has changed, a machine that remembers the tree asks a store for next to nothing.
@Suite struct `When nothing has changed` {
    private struct Place {
        let fixture: CacheFixture
        let state: TemporaryDirectory
        let store: CountingStore
        let cache: BuildCache

        /// A tree of several packs, saved under `key`; the index trusts all of it.
        init(_ key: String?) async throws {
            fixture = try CacheFixture()
            state = try TemporaryDirectory()
            store = CountingStore(fixture.store.path)
            cache = BuildCache(store: store, indexDirectory: state.path)
            for number in 0..<3 {
                let bytes = [UInt8](repeating: UInt8(number), count: 8 << 20)
                try fixture.overwrite(fixture.source.file("tree/file\(number)"), bytes)
            }
            // The file system's clock must have ticked before files are trusted.
            try await Task.sleep(for: .milliseconds(80))
            _ = try await cache.save(fixture.identity(key), from: fixture.source.path)
            #expect(try fixture.objects("packs/").count > 1)
            _ = store.requests()
        }

        /// The same store as what it is, on this machine, with the same memory of the tree.
        func localCache() -> BuildCache {
            BuildCache(directory: fixture.store.path, indexDirectory: state.path)
        }

        func restored(_ key: String?) async throws -> TreeSnapshot {
            let target = try TemporaryDirectory()
            _ = try await cache.restore(fixture.identity(key), into: target.path)
            return try TreeSnapshot(target.path)
        }
    }

    @Test(arguments: [nil, "key"])
    func `a save makes at most three requests and reads no content`(key: String?) async throws {
        let place = try await Place(key)
        let report = try await place.cache.save(
            place.fixture.identity(key),
            from: place.fixture.source.path
        )
        #expect(report.outcome == (key == nil ? .saved : .alreadyStored))
        #expect(report.entries == 4)
        #expect(report.files == 3)
        #expect(report.bytesReused == 24 << 20)
        let requests = place.store.requests()
        #expect(requests.count <= 3, "\(requests)")
        #expect(!requests.contains { $0.contains("read v1/packs") || $0.contains("read v1/man") })
        #expect(try await place.restored(key) == TreeSnapshot(place.fixture.source.path))
    }

    @Test func `a restore asks for the key alone`() async throws {
        let place = try await Place(nil)
        let report = try await place.cache.restore(
            place.fixture.identity(nil),
            into: place.fixture.source.path
        )
        #expect(report.filesUnchanged == 3)
        #expect(report.entries == 4)
        #expect(place.store.requests().count == 1)
    }

    @Test(arguments: [nil, "key"])
    func `no pack and no manifest in a directory is read or written`(key: String?) async throws {
        let place = try await Place(key)
        let cache = place.localCache()
        let identity = place.fixture.identity(key)
        // Whoever reads one of these finds it damaged; whoever writes one makes it whole.
        let objects = try place.fixture.objects("packs/") + place.fixture.objects("manifests/")
        let zeros = try objects.map {
            try [UInt8](repeating: 0, count: place.fixture.bytes($0).count)
        }
        for (object, bytes) in zip(objects, zeros) { try place.fixture.overwrite(object, bytes) }
        let saved = try await cache.save(identity, from: place.fixture.source.path)
        #expect(saved.outcome == (key == nil ? .saved : .alreadyStored))
        #expect(saved.bytesReused == 24 << 20)
        let restored = try await cache.restore(identity, into: place.fixture.source.path)
        #expect(restored.filesUnchanged == 3)
        #expect(restored.notes.isEmpty)
        #expect(try objects.map(place.fixture.bytes) == zeros)
    }

    @Test(arguments: ["packs/", "manifests/"], [nil, "key"])
    func `what a store on this machine has lost is written anew`(
        kind: String,
        key: String?
    ) async throws {
        let place = try await Place(key)
        let cache = place.localCache()
        _ = try await cache.save(place.fixture.identity(key), from: place.fixture.source.path)
        try place.fixture.remove(#require(place.fixture.objects(kind).last))
        _ = try await cache.save(place.fixture.identity(key), from: place.fixture.source.path)
        #expect(try await place.restored(key) == TreeSnapshot(place.fixture.source.path))
    }

    @Test func `a save after a restore that found damage looks at everything`() async throws {
        let place = try await Place(nil)
        let cache = place.localCache()
        _ = try await cache.save(place.fixture.identity(nil), from: place.fixture.source.path)
        let manifest = try #require(place.fixture.objects("manifests/").first)
        try place.fixture.overwrite(manifest, [1, 2, 3])
        try place.fixture.source.write("more", to: "tree/more")
        let report = try await cache.restore(
            place.fixture.identity(nil),
            into: place.fixture.source.path
        )
        #expect(report.notes.count == 1)
        _ = try await cache.save(place.fixture.identity(nil), from: place.fixture.source.path)
        #expect(try await place.restored(nil) == TreeSnapshot(place.fixture.source.path))
    }
}
