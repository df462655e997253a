import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A pack that this machine has verified is read in part, as long as its file is the same.
@Suite struct `A restore of a few files` {
    private struct Place {
        let fixture: CacheFixture
        let cache: BuildCache
        let state: TemporaryDirectory

        /// A tree in one pack of several frames that was restored by a machine with a memory.
        init() async throws {
            fixture = try CacheFixture()
            state = try TemporaryDirectory()
            cache = BuildCache(directory: fixture.store.path, indexDirectory: state.path)
            var random = SplitMix64(seed: 3)
            for number in 0..<20 {
                let file = fixture.source.file("tree/\(number)")
                try fixture.overwrite(file, random.bytes(300_000))
            }
            _ = try await cache.save(fixture.identity(nil), from: fixture.source.path)
            #expect(try fixture.objects("packs/").count == 1)
            // The file system's clock must have ticked before files are trusted.
            try await Task.sleep(for: .milliseconds(80))
            _ = try await restore()
        }

        func restore() async throws -> RestoreReport {
            try await cache.restore(fixture.identity(nil), into: fixture.target.path)
        }

        /// Damages the pack.
        func rot() throws -> (pack: FilePath, size: UInt64) {
            let pack = try fixture.objects("packs/")[0]
            var bytes = try fixture.bytes(pack)
            for index in stride(from: 100, to: bytes.count, by: 1_000) { bytes[index] ^= 0x10 }
            try fixture.overwrite(pack, bytes)
            return (pack, UInt64(bytes.count))
        }

        /// What is fetched to bring back one file.
        func fetchedForOne() async throws -> UInt64 {
            try fixture.target.write("edited", to: "tree/7")
            let report = try await restore()
            #expect(report.filesUnchanged == 19)
            let difference = try TreeSnapshot(fixture.source.path)
                .difference(from: TreeSnapshot(fixture.target.path))
            #expect(difference == nil)
            return report.bytesFetched
        }
    }

    @Test func `reads a part of a pack that is verified`() async throws {
        let place = try await Place()
        let size = try UInt64(place.fixture.bytes(place.fixture.objects("packs/")[0]).count)
        #expect(try await place.fetchedForOne() < size / 4)
        #expect(try await place.fetchedForOne() < size / 4)
    }

    @Test func `proves a pack again that was written since`() async throws {
        let place = try await Place()
        let pack = try place.fixture.objects("packs/")[0]
        let bytes = try place.fixture.bytes(pack)
        try place.fixture.overwrite(pack, bytes)
        try await Task.sleep(for: .milliseconds(80))
        #expect(try await place.fetchedForOne() == UInt64(bytes.count))
        #expect(try await place.fetchedForOne() < UInt64(bytes.count) / 4)
    }

    @Test func `finds a pack damaged that was changed since, and leaves the tree alone`()
        async throws
    {
        let place = try await Place()
        _ = try place.rot()
        try place.fixture.target.write("edited", to: "tree/7")
        let report = try await place.restore()
        #expect(report.outcome == .miss(reason: "damaged entry"))
        #expect(try place.fixture.target.read("tree/7") == "edited")
        _ = try await place.cache.save(place.fixture.identity(nil), from: place.fixture.source.path)
        #expect(try await place.fetchedForOne() > 0)
    }

    @Test func `removes a pack that rots without a trace, so that the next save repairs it`()
        async throws
    {
        let place = try await Place()
        let (pack, size) = try place.rot()
        // As if nothing had been written: what was verified is of the file as it is now.
        let name = try #require(
            place.state.handle.names().first { $0.suffix(6).elementsEqual(".packs".utf8) }
        )
        let path = PathBytes(place.state.path.string).appending(name)
        var verified = VerifiedPacks.read(path)
        let (digest, old) = try #require(verified.packs.first)
        let status = try OpenFile.reading(PathBytes(pack.string)).status()
        let rotten = VerifiedPacks.Pack(stamp: InodeStamp(status), frames: old.frames)
        var manifest = Manifest()
        let (stored, content) = (size, old.frames.last?.content.upperBound ?? 0)
        manifest.packs = [
            Manifest.Pack(digest: digest, codec: .zstd, storedSize: stored, contentSize: content)
        ]
        verified.update([digest: rotten], for: manifest)
        verified.write(to: path)

        try place.fixture.target.write("edited", to: "tree/7")
        #expect(try await place.restore().outcome == .miss(reason: "damaged entry"))
        #expect(try place.fixture.objects("packs/").isEmpty)
        _ = try await place.cache.save(place.fixture.identity(nil), from: place.fixture.source.path)
        #expect(try await place.fetchedForOne() > 0)
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `remembers what it was told, and nothing of damaged bytes`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var manifest = Manifest()
        var learnt: [ContentDigest: VerifiedPacks.Pack] = [:]
        for _ in 0..<5 {
            let digest = ContentDigest(of: random.bytes(8))
            let frame = ZstandardCodec.Frame(stored: 0..<7, content: 0..<Int(random.next() % 99))
            let changed = FileTime(seconds: Int64(random.next() >> 8), nanoseconds: 5)
            let stamp = InodeStamp(inode: random.next(), device: 3, changed: changed)
            learnt[digest] = VerifiedPacks.Pack(stamp: stamp, frames: [frame])
            manifest.packs.append(
                Manifest.Pack(digest: digest, codec: .zstd, storedSize: 7, contentSize: 99)
            )
        }
        var verified = VerifiedPacks()
        verified.update(learnt, for: manifest)
        #expect(VerifiedPacks(verified.encode()) == verified)
        var bytes = verified.encode()
        bytes[Int(random.next() % UInt64(bytes.count))] ^= 4
        #expect(VerifiedPacks(bytes) == nil)
    }
}
