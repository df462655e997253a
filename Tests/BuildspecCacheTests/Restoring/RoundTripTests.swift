import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@Suite(.timed) struct `Round trips` {
    private let identity = CacheIdentity(scope: "test", key: "k", paths: ["tree/**/*"])

    @Test(arguments: TestScope.seeds(24), [Codec.zstd])
    func `a random tree is the same after a save and a restore`(
        seed: UInt64,
        codec: Codec
    ) async throws {
        try await roundTrip(seed: seed, codec: codec)
    }

    @Test(arguments: [Codec.gzip, Codec.none])
    func `a random tree is the same after a save and a restore with each other codec`(
        codec: Codec
    ) async throws {
        for seed in 100..<104 as Range<UInt64> { try await roundTrip(seed: seed, codec: codec) }
    }

    private func roundTrip(seed: UInt64, codec: Codec) async throws {
        let source = try TemporaryDirectory()
        try source.handle.makeDirectory("tree".utf8)
        var tree = RandomTree(seed: seed)
        try tree.fill(source.handle.directory("tree".utf8))
        let store = try TemporaryDirectory()
        let cache = BuildCache(directory: store.path, codec: codec)
        let saved = try await cache.save(identity, from: source.path)
        #expect(saved.outcome == .saved)
        #expect(saved.notes.isEmpty)

        let target = try TemporaryDirectory()
        let restored = try await cache.restore(identity, into: target.path)
        #expect(restored.outcome == .exact(key: "k"))
        #expect(restored.notes.isEmpty)
        let expected = try TreeSnapshot(source.path)
        let difference = try expected.difference(from: TreeSnapshot(target.path))
        #expect(difference == nil, "seed \(seed)")

        // A second restore finds all files present.
        let again = try await cache.restore(identity, into: target.path)
        #expect(again.filesUnchanged == again.files, "seed \(seed)")
        #expect(again.bytesFetched == 0)
        #expect(try expected.difference(from: TreeSnapshot(target.path)) == nil, "seed \(seed)")
    }
}
