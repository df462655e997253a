import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Packs that this machine has verified; a restore reads only parts of them while they are unchanged.
@Suite(.timed) struct `Verified packs` {
    private struct VerifiedPackFixture {
        let base: CacheFixture
        let cache: BuildCache

        /// Saves and restores a tree of one pack with several frames, on one machine.
        init() async throws {
            base = try CacheFixture()
            cache = base.indexedCache
            var random = SplitMix64(seed: 3)
            for number in 0..<20 {
                let file = base.source.file("tree/\(number)")
                try base.overwrite(file, random.bytes(300_000))
            }
            _ = try await cache.save(base.identity(nil), from: base.source.path)
            #expect(try base.objects("packs/").count == 1)
            // The index trusts files only after the file system's clock has ticked.
            try await Task.sleep(for: .milliseconds(80))
            _ = try await restore()
        }

        func restore() async throws -> RestoreReport {
            try await cache.restore(base.identity(nil), into: base.target.path)
        }

        /// Damages the pack.
        ///
        /// - Returns: Its path and size.
        func damagePack() throws -> (pack: FilePath, size: UInt64) {
            let pack = try base.objects("packs/")[0]
            var bytes = try base.bytes(pack)
            for index in stride(from: 100, to: bytes.count, by: 1_000) { bytes[index] ^= 0x10 }
            try base.overwrite(pack, bytes)
            return (pack, UInt64(bytes.count))
        }

        /// Restores one file.
        ///
        /// - Returns: The number of bytes that were fetched.
        func bytesFetchedForOneFile() async throws -> UInt64 {
            try base.target.write("edited", to: "tree/7")
            let report = try await restore()
            #expect(report.filesUnchanged == 19)
            #expect(try base.difference() == nil)
            return report.bytesFetched
        }
    }

    @Test func `a restore of one file reads a part of a verified pack`() async throws {
        let fixture = try await VerifiedPackFixture()
        let size = try UInt64(fixture.base.bytes(fixture.base.objects("packs/")[0]).count)
        #expect(try await fixture.bytesFetchedForOneFile() < size / 4)
        #expect(try await fixture.bytesFetchedForOneFile() < size / 4)
    }

    @Test func `a restore verifies a pack again that was written since`() async throws {
        let fixture = try await VerifiedPackFixture()
        let pack = try fixture.base.objects("packs/")[0]
        let bytes = try fixture.base.bytes(pack)
        try fixture.base.overwrite(pack, bytes)
        try await Task.sleep(for: .milliseconds(80))
        #expect(try await fixture.bytesFetchedForOneFile() == UInt64(bytes.count))
        #expect(try await fixture.bytesFetchedForOneFile() < UInt64(bytes.count) / 4)
    }

    @Test func `a restore finds damage in a changed pack, and leaves the tree alone`()
        async throws
    {
        let fixture = try await VerifiedPackFixture()
        _ = try fixture.damagePack()
        try fixture.base.target.write("edited", to: "tree/7")
        let report = try await fixture.restore()
        #expect(report.outcome == .miss(reason: "damaged entry"))
        #expect(try fixture.base.target.read("tree/7") == "edited")
        _ = try await fixture.cache.save(fixture.base.identity(nil), from: fixture.base.source.path)
        #expect(try await fixture.bytesFetchedForOneFile() > 0)
    }

    @Test func `a restore deletes a silently damaged pack, and the next save repairs it`()
        async throws
    {
        let fixture = try await VerifiedPackFixture()
        let (pack, size) = try fixture.damagePack()
        // The record of verified packs has the file as it is now, as if nothing had been written.
        let name = try #require(
            fixture.base.state.handle.names().first { $0.suffix(6).elementsEqual(".packs".utf8) }
        )
        let path = PathBytes(fixture.base.state.path.string).appending(name)
        var verified = VerifiedPacks.read(path)
        let (digest, old) = try #require(verified.packs.first)
        let status = try OpenFile.reading(PathBytes(pack.string)).status()
        let damaged = VerifiedPacks.Pack(stamp: InodeStamp(status), frames: old.frames)
        var manifest = Manifest()
        let (stored, content) = (size, old.frames.last?.content.upperBound ?? 0)
        manifest.packs = [
            Manifest.Pack(digest: digest, codec: .zstd, storedSize: stored, contentSize: content)
        ]
        verified.update([digest: damaged], for: manifest)
        verified.write(to: path)

        try fixture.base.target.write("edited", to: "tree/7")
        #expect(try await fixture.restore().outcome == .miss(reason: "damaged entry"))
        #expect(try fixture.base.objects("packs/").isEmpty)
        _ = try await fixture.cache.save(fixture.base.identity(nil), from: fixture.base.source.path)
        #expect(try await fixture.bytesFetchedForOneFile() > 0)
    }

    @Test(arguments: TestScope.seeds(30))
    func `verified packs are read as they were written, and damaged bytes are refused`(
        seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        var manifest = Manifest()
        var known: [ContentDigest: VerifiedPacks.Pack] = [:]
        for _ in 0..<5 {
            let digest = ContentDigest(of: random.bytes(8))
            let frame = ZstandardCodec.Frame(stored: 0..<7, content: 0..<Int(random.next() % 99))
            let changed = FileTime(seconds: Int64(random.next() >> 8), nanoseconds: 5)
            let stamp = InodeStamp(inode: random.next(), device: 3, changed: changed)
            known[digest] = VerifiedPacks.Pack(stamp: stamp, frames: [frame])
            manifest.packs.append(
                Manifest.Pack(digest: digest, codec: .zstd, storedSize: 7, contentSize: 99)
            )
        }
        var verified = VerifiedPacks()
        verified.update(known, for: manifest)
        #expect(VerifiedPacks(verified.encode()) == verified)
        var bytes = verified.encode()
        bytes[Int(random.next() % UInt64(bytes.count))] ^= 4
        #expect(VerifiedPacks(bytes) == nil)
    }
}
