import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A restore into an empty place begins to fetch packs before it knows what to write of them.
@Suite(.timeLimit(.minutes(1))) struct `The packs that are fetched first` {
    private let bench: Bench
    private let reader: EntryReader
    private let record: KeyRecord
    private let manifest: Manifest

    /// A tree in two packs.
    init() async throws {
        bench = try Bench()
        var random = SplitMix64(seed: 11)
        for number in 0..<6 {
            try bench.overwrite(bench.source.file("tree/\(number)"), random.bytes(4_000_000))
        }
        _ = try await bench.save("k")
        reader = EntryReader(store: DirectoryStore(bench.store.path))
        let version = try #require(bench.objects("keys/").first?.lastComponent?.string)
        let digest = try #require(ContentDigest(hex: version.utf8))
        record = try #require(
            await reader.record(scope: "project", key: "k", version: digest)
        )
        manifest = try await reader.manifest(of: record)
        #expect(manifest.packs.count == 2)
    }

    @Test func `are given away once`() async throws {
        let pack = manifest.packs[0]
        let first = FirstPacks([pack, pack])
        try await first.fetching(from: reader) {
            #expect(first.has(pack))
            #expect(!first.has(manifest.packs[1]))
            #expect(try await first.take(manifest.packs[1]) == nil)
            // Two that wait for the same pack, which only a damaged manifest can bring about.
            async let one = first.take(pack)
            async let other = first.take(pack)
            let taken = try await [one, other].compactMap(\.self)
            #expect(taken.count == 1)
            #expect(taken.first.map { ContentDigest(of: $0.stored) } == pack.digest)
            #expect(!first.has(pack))
        }
    }

    @Test func `tell who takes them what went wrong`() async throws {
        var missing = manifest.packs[0]
        missing.digest = ContentDigest(of: [1])
        let first = FirstPacks([missing])
        try await first.fetching(from: reader) {
            let error = await #expect(throws: CacheError.self) { try await first.take(missing) }
            #expect(error?.code == .damaged)
        }
        // Nobody minds a pack that nobody takes.
        let unused = FirstPacks([missing])
        #expect(try await unused.fetching(from: reader) { 7 } == 7)
    }

    @Test func `do not keep what has failed waiting`() async throws {
        let first = FirstPacks(manifest.packs[...])
        let error = await #expect(throws: CacheError.self) {
            try await first.fetching(from: reader) { throw CacheError(.tree, "no") }
        }
        #expect(error?.code == .tree)
    }

    @Test func `may be named twice by a manifest`() async throws {
        var twice = manifest
        twice.packs.append(twice.packs[0])
        let place = try #require(
            twice.entries.lastIndex { entry in
                if case .file(_, let pieces) = entry.kind { pieces.first?.pack == 0 } else { false }
            }
        )
        guard case .file(let size, var pieces) = twice.entries[place].kind else { return }
        pieces[0].pack = 2
        twice.entries[place].kind = .file(size: size, pieces: pieces)
        let writer = ObjectWriter(store: DirectoryStore(bench.store.path), codec: .zstd)
        var record = record
        record.manifest = try await writer.writeManifest(twice).digest
        try DirectoryStore(bench.store.path).write(record.name, record.encode())
        let report = try await bench.restore("k")
        #expect(report.outcome == .exact(key: "k"))
        let difference = try TreeSnapshot(bench.source.path)
            .difference(from: TreeSnapshot(bench.target.path))
        #expect(difference == nil)
    }
}
