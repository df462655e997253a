import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// Restores into existing trees, which change nothing but the entry's files.
@Suite(.timed) struct `Restores over random trees` {
    @Test(arguments: TestScope.seeds(15), Codec.allCases)
    func `a restore over a random tree restores every entry that nothing blocks`(
        seed: UInt64,
        codec: Codec
    ) async throws {
        var pair = try TreePair(seed: seed)
        let cache = BuildCache(directory: pair.store.path, codec: codec)
        guard try await cache.save(pair.identity, from: pair.root.path).outcome == .saved else {
            return
        }
        let source = try pair.snapshot()
        try pair.replace()
        let expected = OverlaidTree(source, over: try pair.snapshot(), pair)
        let report = try await cache.restore(pair.identity, into: pair.root.path)
        #expect(report.outcome == .exact(key: "k"), "seed \(seed)")
        #expect(report.notes.isEmpty == expected.leftOut.isEmpty, "seed \(seed): \(report.notes)")
        let difference = expected.difference(from: try pair.snapshot())
        #expect(difference == nil, "seed \(seed)")
        #expect(report.files == expected.restoredFileCount, "seed \(seed)")

        let again = try await cache.restore(pair.identity, into: pair.root.path)
        #expect(again.notes.isEmpty == expected.leftOut.isEmpty, "seed \(seed): \(again.notes)")
        if expected.leftOut.isEmpty {
            #expect(again.filesUnchanged == again.files, "seed \(seed)")
            #expect(again.bytesFetched == 0, "seed \(seed)")
        }
        let later = expected.difference(from: try pair.snapshot())
        #expect(later == nil, "seed \(seed)")
    }

    @Test(arguments: TestScope.seeds(15), Codec.allCases)
    func `a restore with a damaged pack leaves a random tree unchanged`(
        seed: UInt64,
        codec: Codec
    ) async throws {
        var pair = try TreePair(seed: seed)
        let cache = BuildCache(directory: pair.store.path, codec: codec)
        _ = try await cache.save(pair.identity, from: pair.root.path)
        let source = try pair.snapshot()
        try pair.replace()
        guard try pair.damagePack() else { return }
        let before = try pair.snapshot()
        let report = try await cache.restore(pair.identity, into: pair.root.path)
        let after = try pair.snapshot()
        if case .miss = report.outcome {
            #expect(after == before, "seed \(seed)")
        } else {
            // The restore did not need the pack.
            let expected = OverlaidTree(source, over: before, pair)
            let difference = expected.difference(from: after)
            #expect(difference == nil, "seed \(seed)")
        }
    }

    @Test(arguments: Codec.allCases)
    func `a restore that extracts packs in slices gives the same tree`(codec: Codec) async throws {
        let fixture = try CacheFixture(codec: codec)
        var random = SplitMix64(seed: 7)
        for number in 0..<300 {
            let bytes = random.bytes(number * 100, compressible: number % 2 == 0)
            let path = "tree/\(number % 7)/\(number % 5)/\(number)"
            try fixture.overwrite(fixture.source.file(path), bytes)
        }
        try await fixture.save("k")
        #expect(try await fixture.restore("k").outcome == .exact(key: "k"))
        #expect(try fixture.difference() == nil)
    }
}
