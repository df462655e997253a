import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

@Suite(.timed) struct `Manifest heads` {
    private static let digest = ContentDigest(of: [7])
    private static let head =
        "#pack 0 sha256=\(digest.hex) codec=zstd stored=5 size=1024\n"

    private func text(_ rest: String) -> [UInt8] {
        Array("#mtree\n#buildspec-manifest 1\n\(Self.head)\(rest)".utf8)
    }

    @Test(arguments: Codec.allCases)
    func `the packs of a manifest are read from its head alone`(codec: Codec) throws {
        let packs = [
            Manifest.Pack(digest: Self.digest, codec: .zstd, storedSize: 5, contentSize: 1_024)
        ]
        #expect(try ManifestHead.packs(of: codec.encode(text("")), codec, base: nil) == packs)
        // The rest cannot be decompressed, because a part of the bytes is missing.
        var random = SplitMix64(seed: 9)
        let noise = random.bytes(400_000).map { String($0, radix: 16) }.joined()
        let stored = try codec.encode(text("./a type=dir\n" + noise))
        let part = Array(stored.prefix(stored.count / 2))
        #expect(try ManifestHead.packs(of: part, codec, base: nil) == packs)

        let base = ContentDigest(of: [8])
        let delta = ManifestDelta.head(naming: base) + Array((Self.head + "@base 0 9\n").utf8)
        let named = try codec.encode(delta)
        #expect(try ManifestHead.packs(of: named, codec, base: base) == packs)
        #expect(throws: CacheError.self) {
            _ = try ManifestHead.packs(of: named, codec, base: Self.digest)
        }
        #expect(throws: CacheError.self) { _ = try ManifestHead.packs(of: named, codec, base: nil) }
    }

    @Test(arguments: Codec.allCases)
    func `an endless head is damaged before it takes much memory`(codec: Codec) throws {
        let lines = [UInt8](repeating: UInt8(ascii: "#"), count: Limits.manifestHead + (1 << 20))
        let stored = try codec.encode(text("") + lines)
        let error = #expect(throws: CacheError.self) {
            _ = try ManifestHead.packs(of: stored, codec, base: nil)
        }
        #expect(error?.description.contains("head is too large") == true)
    }
}

@Suite(.timed) struct `Manifest bases` {
    /// Saves thirty files under the first key, and then one less under the others, as deltas.
    private func saveAll(
        _ fixture: CacheFixture,
        _ cache: BuildCache,
        _ keys: [String]
    ) async throws {
        for number in 10..<40 {
            try fixture.source.write("content \(number)", to: "out/f\(number).o")
        }
        for key in keys {
            try await Task.sleep(for: .milliseconds(80))
            _ = try await cache.save(identity(fixture, key), from: fixture.source.path)
            if key == keys[0] { try fixture.remove(fixture.source.file("out/f16.o")) }
        }
    }

    private func identity(_ fixture: CacheFixture, _ key: String?) -> CacheIdentity {
        fixture.identity(key, paths: ["out/*.o"])
    }

    /// Lists the files in `directory` with their times, in which a wrong tree would differ.
    private func files(_ directory: TemporaryDirectory) throws -> [String] {
        let set = PathSet(["out/*.o"], root: PathBytes(directory.path.string))
        return try TreeWalk(set, root: directory.handle).entries.map {
            "\($0.path.text) \($0.status.modified)"
        }
    }

    private func record(_ fixture: CacheFixture, _ key: String) async throws -> KeyRecord {
        let version = KeyRecord.version(ofPaths: ["./out/*.o"])
        let reader = EntryReader(store: DirectoryStore(fixture.store.path))
        return try #require(try await reader.record(scope: "project", key: key, version: version))
    }

    @Test func `the same change of two bases is stored as two manifests`()
        async throws
    {
        let fixture = try CacheFixture()
        let cache = fixture.indexedCache
        try await saveAll(fixture, cache, ["a", "b"])
        let tree = try files(fixture.source)
        try await saveAll(fixture, cache, ["c", "d"])
        let (b, d) = (try await record(fixture, "b"), try await record(fixture, "d"))
        #expect(b.base != nil && d.base != nil && b.base != d.base)
        #expect(b.manifest != d.manifest)
        _ = try await cache.restore(identity(fixture, "b"), into: fixture.source.path)
        #expect(try files(fixture.source) == tree)
    }

    @Test func `verify counts a base once, and the packs of a delta are known without its base`()
        async throws
    {
        let fixture = try CacheFixture()
        try await saveAll(fixture, fixture.cache, ["a", "b", "b2"])
        let record = try await record(fixture, "b")
        let base = try #require(record.baseName)
        #expect(try await fixture.cache.contents(of: record.name).baseName == base)
        let objects = try fixture.objects("packs/") + fixture.objects("manifests/")
        let report = try await fixture.cache.verify()
        #expect(report.entries == 3)
        #expect(report.objects == objects.count)
        #expect(try report.bytes == objects.reduce(0) { try $0 + UInt64(fixture.bytes($1).count) })
        let reader = EntryReader(store: DirectoryStore(fixture.store.path))
        let packs = try await reader.packs(of: record)
        try fixture.remove(fixture.store.file(base))
        #expect(!packs.isEmpty)
        #expect(try await reader.packs(of: record) == packs)
    }

    @Test func `a base that is noted as damaged is not relied on until it is read well`()
        async throws
    {
        let (fixture, shared) = (try CacheFixture(), SharedStoreDouble())
        let states = [try TemporaryDirectory(), try TemporaryDirectory(), try TemporaryDirectory()]
        let caches = states.map { BuildCache(store: shared, indexDirectory: $0.path) }
        try await saveAll(fixture, caches[0], ["a", "b"])
        let log = try #require(caches[1].settings.damage)
        let manifests = shared.names.filter { $0.hasPrefix(StoreLayout.manifests) }
        #expect(manifests.count == 2)
        for name in manifests { log.add(name) }
        // A restore that reads the manifests well removes the notes.
        _ = try await caches[1].restore(identity(fixture, "b"), into: fixture.target.path)
        #expect(log.names() == [])

        // The store has them damaged, and this machine has them in its local manifest cache.
        for name in manifests {
            shared.damage(name)
            log.add(name)
        }
        _ = try await caches[1].save(identity(fixture, "e"), from: fixture.target.path)
        let other = try TemporaryDirectory()
        let restored = try await caches[2].restore(identity(fixture, "e"), into: other.path)
        #expect(restored.outcome == .exact(key: "e"))
        #expect(try files(other) == files(fixture.source))
    }

    @Test func `a save lists the pending deletions of a shared store once`() async throws {
        let (fixture, shared) = (try CacheFixture(), SharedStoreDouble())
        let cache = BuildCache(store: shared)
        try fixture.source.write("int main;", to: "main.c")
        try fixture.source.write("object", to: "out/main.o")
        for scope in ["one", "two"] {
            _ = shared.drainCalls()
            let identity = fixture.identity("k", scope: scope, paths: ["out/*.o"])
            _ = try await cache.save(identity, from: fixture.source.path, retiming: .everything)
        }
        let calls = shared.drainCalls()
        let created = calls.filter { $0.hasPrefix("create ") }
        // The record of a new key is created, too, so that the first of two machines wins.
        #expect(created.count == 4, "a pack, a manifest, the sources, the record: \(calls)")
        #expect(calls.filter { $0 == "list \(StoreLayout.sweeps)" }.count == 1)
    }
}
