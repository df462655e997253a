import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

@Suite struct `The head of a manifest` {
    private static let digest = ContentDigest(of: [7])
    private static let head =
        "#pack 0 sha256=\(digest.hex) codec=zstd stored=5 size=1024\n"

    private func text(_ rest: String) -> [UInt8] {
        Array("#mtree\n#buildspec-manifest 1\n\(Self.head)\(rest)".utf8)
    }

    @Test(arguments: Codec.allCases)
    func `is read without what stands behind it`(codec: Codec) throws {
        let packs = [
            Manifest.Pack(digest: Self.digest, codec: .zstd, storedSize: 5, contentSize: 1_024)
        ]
        #expect(try ManifestHead.packs(of: codec.encode(text("")), codec, base: nil) == packs)
        // What is behind it decompresses to nothing: only a part of the bytes is there.
        var random = SplitMix64(seed: 9)
        let noise = random.bytes(400_000).map { String($0, radix: 16) }.joined()
        let stored = try codec.encode(text("./a type=dir\n" + noise))
        let part = Array(stored.prefix(stored.count / 2))
        #expect(try ManifestHead.packs(of: part, codec, base: nil) == packs)

        let base = ContentDigest(of: [8])
        let changes = ManifestDelta.head(naming: base) + Array((Self.head + "@base 0 9\n").utf8)
        let named = try codec.encode(changes)
        #expect(try ManifestHead.packs(of: named, codec, base: base) == packs)
        #expect(throws: CacheError.self) {
            _ = try ManifestHead.packs(of: named, codec, base: Self.digest)
        }
        #expect(throws: CacheError.self) { _ = try ManifestHead.packs(of: named, codec, base: nil) }
    }

    @Test(arguments: Codec.allCases)
    func `that never ends is damaged before it is large`(codec: Codec) throws {
        let lines = [UInt8](repeating: UInt8(ascii: "#"), count: Limits.manifestHead + (1 << 20))
        let stored = try codec.encode(text("") + lines)
        let error = #expect(throws: CacheError.self) {
            _ = try ManifestHead.packs(of: stored, codec, base: nil)
        }
        #expect(error?.description.contains("head is too large") == true)
    }
}

@Suite struct `A manifest that has a base` {
    /// Thirty files, and then one less: the second entry of each pair is written as changes.
    private func saveBoth(_ bench: Bench, _ cache: BuildCache, _ keys: [String]) async throws {
        for number in 10..<40 {
            try bench.source.write("content \(number)", to: "out/f\(number).o")
        }
        for key in keys {
            try await Task.sleep(for: .milliseconds(80))
            _ = try await cache.save(identity(bench, key), from: bench.source.path)
            if key == keys[0] { try bench.remove(bench.source.file("out/f16.o")) }
        }
    }

    private func identity(_ bench: Bench, _ key: String?) -> CacheIdentity {
        bench.identity(key, paths: ["out/*.o"])
    }

    /// The files in a folder and their times, in which a wrong tree would differ.
    private func files(_ folder: TemporaryDirectory) throws -> [String] {
        let set = PathSet(["out/*.o"], root: PathBytes(folder.path.string))
        return try TreeWalk(set, root: folder.handle).entries.map {
            "\($0.path.text) \($0.status.modified)"
        }
    }

    private func record(_ bench: Bench, _ key: String) async throws -> KeyRecord {
        let version = KeyRecord.version(ofPaths: ["./out/*.o"])
        let reader = EntryReader(store: DirectoryStore(bench.store.path))
        return try #require(try await reader.record(scope: "project", key: key, version: version))
    }

    @Test func `stands for one tree, even where the same has changed since another`()
        async throws
    {
        let (bench, state) = (try Bench(), try TemporaryDirectory())
        let cache = BuildCache(directory: bench.store.path, indexDirectory: state.path)
        try await saveBoth(bench, cache, ["a", "b"])
        let tree = try files(bench.source)
        try await saveBoth(bench, cache, ["c", "d"])
        let (b, d) = (try await record(bench, "b"), try await record(bench, "d"))
        #expect(b.base != nil && d.base != nil && b.base != d.base)
        #expect(b.manifest != d.manifest)
        _ = try await cache.restore(identity(bench, "b"), into: bench.source.path)
        #expect(try files(bench.source) == tree)
    }

    @Test func `is shown with it, counted once, and tells its packs without it`() async throws {
        let bench = try Bench()
        try await saveBoth(bench, bench.cache, ["a", "b", "b2"])
        let record = try await record(bench, "b")
        let base = try #require(record.baseName)
        #expect(try await bench.cache.contents(of: record.name).baseName == base)
        let objects = try bench.objects("packs/") + bench.objects("manifests/")
        let report = try await bench.cache.verify()
        #expect(report.entries == 3)
        #expect(report.objects == objects.count)
        #expect(try report.bytes == objects.reduce(0) { try $0 + UInt64(bench.bytes($1).count) })
        let reader = EntryReader(store: DirectoryStore(bench.store.path))
        let packs = try await reader.packs(of: record)
        try bench.remove(bench.store.file(base))
        #expect(!packs.isEmpty)
        #expect(try await reader.packs(of: record) == packs)
    }

    @Test func `is not relied on while its base is noted as damaged, and the note ends`()
        async throws
    {
        let (bench, remote) = (try Bench(), RemoteDouble())
        let states = [try TemporaryDirectory(), try TemporaryDirectory(), try TemporaryDirectory()]
        let caches = states.map { BuildCache(store: remote, indexDirectory: $0.path) }
        try await saveBoth(bench, caches[0], ["a", "b"])
        let log = try #require(caches[1].settings.damage)
        let manifests = remote.names.filter { $0.hasPrefix(StoreLayout.manifests) }
        #expect(manifests.count == 2)
        for name in manifests { log.add(name) }
        // It reads them well now.
        _ = try await caches[1].restore(identity(bench, "b"), into: bench.target.path)
        #expect(log.names() == [])

        // This machine has them on its shelf, and the store has them damaged.
        for name in manifests {
            remote.damage(name)
            log.add(name)
        }
        _ = try await caches[1].save(identity(bench, "e"), from: bench.target.path)
        let other = try TemporaryDirectory()
        let restored = try await caches[2].restore(identity(bench, "e"), into: other.path)
        #expect(restored.outcome == .exact(key: "e"))
        #expect(try files(other) == files(bench.source))
    }

    @Test func `is found in the store by a save that asks once what is marked`() async throws {
        let (bench, remote) = (try Bench(), RemoteDouble())
        let cache = BuildCache(store: remote)
        try bench.source.write("int main;", to: "main.c")
        try bench.source.write("object", to: "out/main.o")
        for scope in ["one", "two"] {
            _ = remote.takeCalls()
            let identity = bench.identity("k", scope: scope, paths: ["out/*.o"])
            _ = try await cache.save(identity, from: bench.source.path, retiming: .everything)
        }
        let calls = remote.takeCalls()
        let created = calls.filter { $0.hasPrefix("create ") }
        // The record of a new key is created too, so that of two machines the first one's stays.
        #expect(created.count == 4, "a pack, a manifest, the sources, the record: \(calls)")
        #expect(calls.filter { $0 == "list \(StoreLayout.sweeps)" }.count == 1)
    }
}
