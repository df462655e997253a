import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Small objects that declare large contents.
///
/// The built command restores each with 400 MB of address space, which is little more than it needs
/// to start.
@Suite(.timed) struct `Hostile sizes` {
    enum Bomb: CaseIterable, Sendable {
        case manifestFrameOfExabytes
        case manifestOfZeros
        case manifestOfGzippedZeros
        case manifestOfMuchGzippedText
        case manifestOfManySmallEntries
        case manifestOfManyEmptyFrames
        case baseOfEmptyLines
        case packFrameOfExabytes
        case packOfZeros
        case packOfGzippedZeros
        case entriesThatRepeatOnePack
    }

    @Test(.timeLimit(.minutes(2)), arguments: Bomb.allCases)
    func `a bomb is a miss in little memory`(bomb: Bomb) async throws {
        let fixture = try CacheFixture()
        try plant(bomb, fixture)
        let result = try await restore(fixture)
        #expect(result.status == .exited(0), "\(bomb): \(result.error)")
        #expect(result.output == "cache: nothing restored: damaged entry\n")
        #expect(result.error.split(whereSeparator: \.isNewline).count == 1)
        #expect(try fixture.targetNames().isEmpty)
    }

    @Test(.timeLimit(.minutes(2)))
    func `an entry that is larger than the disk is refused before anything is written`()
        async throws
    {
        let fixture = try CacheFixture()
        try plantTerabytes(fixture)
        let result = try await restore(fixture)
        #expect(result.status == .exited(3))
        #expect(result.error.hasPrefix("error: the entry's files take 6291456000000 bytes, and "))
        #expect(try fixture.targetNames().isEmpty)
    }

    @Test(.timeLimit(.minutes(2)))
    func `an export as a plain tar that is larger than the disk is refused`() async throws {
        let fixture = try CacheFixture()
        try plantTerabytes(fixture)
        let record = try #require(try await fixture.cache.entries().entries.first).recordName
        let error = await #expect(throws: CacheError.self) {
            let file = fixture.target.file("x.tar")
            _ = try await fixture.cache.export(record, to: file, as: .plain)
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("the entry's files take 6291456000000 bytes, and "), "\(text)")
        #expect(text.contains("of which an export leaves "), "\(text)")
        #expect(try fixture.targetNames().isEmpty)
    }

    /// Plants an entry whose files take six terabytes, and consist of one pack of a few kilobytes.
    private func plantTerabytes(_ fixture: CacheFixture) throws {
        let content = [UInt8](repeating: 0, count: 30 << 20)
        let pack = try Codec.zstd.encode(content)
        let digest = ContentDigest(of: pack)
        try DirectoryStore(fixture.store.path).write(StoreLayout.pack(digest, .zstd), pack)
        let chunk = "\(digest.hex):0:0:\(content.count)"
        let chunks = Array(repeating: chunk, count: 40).joined(separator: ",")
        var text =
            "#mtree\n#buildspec-manifest 1\n#pack 0 sha256=\(digest.hex) codec=zstd"
            + " stored=\(pack.count) size=\(content.count)\n"
        for number in 10_000..<15_000 {
            text += "./tree/\(number) type=file mode=0644 time=1.000000000"
            text += " size=\(40 * content.count) chunks=\(chunks)\n"
        }
        try fixture.plant(
            manifest: Codec.zstd.encode(Array(text.utf8)),
            .zstd,
            files: 5_000,
            bytes: 5_000 * 40 * UInt64(content.count)
        )
    }

    /// The refused entry takes less than what is free, but a part of the reserve.
    @Test func `an entry that needs the reserve of the disk is refused`() async throws {
        let fixture = try CacheFixture()
        let free = try #require(fixture.target.handle.freeBytes())
        let reserve = Limits.reserve(ofFree: free)
        #expect(reserve > 0 && reserve <= 1 << 30 && reserve < free)
        #expect(Limits.reserve(ofFree: 0) == 0 && Limits.reserve(ofFree: .max) == 1 << 30)
        let roots = try TreeRoots(
            root: PathBytes(fixture.target.path.string),
            fileSystemRoot: PathBytes("/")
        )
        let set = PathSet(["tree/**"], root: PathBytes(fixture.target.path.string))
        let tree = try await CacheTree(set, Checkout.unknown, roots, fixture.cache.settings)
        for (size, isRefused) in [(free - reserve / 2, true), (free / 2, false)] {
            let plan = try RestorePlan(manifest(of: size), set, tree, roots, verify: false)
            if isRefused {
                #expect(throws: CacheError.self) { try plan.checkFreeSpace(roots) }
            } else {
                try plan.checkFreeSpace(roots)
            }
        }
    }

    /// Returns a manifest with one file of about `size` bytes.
    private func manifest(of size: UInt64) -> Manifest {
        let blob = Limits.packContent / 2
        let digest = ContentDigest(of: [])
        var blobs = BlobList()
        for _ in 0..<size / UInt64(blob) {
            blobs.append(Manifest.Blob(digest: digest, pack: 0, offset: 512, size: blob))
        }
        let pack = Manifest.Pack(
            digest: digest,
            codec: .zstd,
            storedSize: 100,
            contentSize: Limits.packContent
        )
        let entry = Manifest.Entry(
            path: PathBytes("tree/x"),
            mode: 0o644,
            modified: FileTime(seconds: 1, nanoseconds: 0),
            kind: .file(size: UInt64(blobs.count * blob), blobs: blobs)
        )
        return Manifest(packs: [pack], entries: [entry])
    }

    @Test(.timeLimit(.minutes(5)), arguments: TestScope.isFull ? Codec.allCases : [.zstd])
    func `a tree of many empty files with one time is not a bomb`(codec: Codec) async throws {
        let time = FileTime(seconds: 1, nanoseconds: 0)
        let entries = (0..<270_000).map { number in
            Manifest.Entry(
                path: PathBytes("t/\(1_000_000 + number)"),
                mode: 0o644,
                modified: time,
                kind: .file(size: 0, blobs: BlobList())
            )
        }
        let fixture = try CacheFixture(codec: codec)
        let store = DirectoryStore(fixture.store.path)
        let writer = ObjectWriter(store: store, codec: codec)
        let digest = try await writer.writeManifest(Manifest(packs: [], entries: entries)).digest
        var record = KeyRecord(
            scope: "project",
            key: "k",
            paths: ["./t/**"],
            manifest: digest,
            codec: codec,
            saved: 1,
            files: entries.count,
            bytes: 0,
            stored: 0,
            writer: "w"
        )
        let reader = EntryReader(store: store)
        #expect(try await reader.manifest(of: record).entries.count == entries.count)
        // The same holds for a delta.
        var more = entries
        more[0].mode = 0o600
        let delta = try #require(
            ManifestDelta.encode(
                ManifestEncoder.encode(Manifest(packs: [], entries: more)),
                base: ManifestEncoder.encode(Manifest(packs: [], entries: entries)),
                named: digest
            )
        )
        record.manifest = try await writer.writeManifest(delta).digest
        record.base = digest
        #expect(try await reader.manifest(of: record).entries == more)
    }

    @Test func `verify finds an entry whose record has other numbers than its manifest`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/x")
        try await fixture.save("k")
        let name = try #require(try await fixture.cache.entries().entries.first?.recordName)
        let store = DirectoryStore(fixture.store.path)
        let honest = try #require(try await EntryReader(store: store).record(named: name))
        for (files, bytes) in [(2, 7), (0, 7), (1, 8), (Limits.entries, 7)] {
            var record = honest
            (record.files, record.bytes) = (files, UInt64(bytes))
            try store.write(name, record.encode())
            let found = try await fixture.cache.verify()
            #expect(found.brokenEntries == [name] && found.problems.count == 1)
        }
        let found = try await fixture.cache.verify()
        #expect(try await fixture.cache.repair(found).removedEntries == [name])
        try await fixture.save("k")
        #expect(try await fixture.cache.verify().problems.isEmpty)
    }

    @Test(arguments: TestScope.isFull ? Codec.allCases : [.zstd])
    func `a tree of long names that compresses well is not a bomb`(codec: Codec) async throws {
        let fixture = try CacheFixture(codec: codec)
        // 6,000 names of 3,000 bytes that differ in a number: 20 MB that shrink to a thousandth.
        let above = Array(repeating: String(repeating: "d", count: 240), count: 12)
        let directory = "tree/" + above.joined(separator: "/")
        try fixture.source.write("", to: "\(directory)/first")
        let handle = try DirectoryHandle.open(PathBytes(fixture.source.file(directory).string))
        for number in 0..<6_000 {
            let name = Array("\(number)".utf8)
            _ = try OpenFile.creating(name[...], in: handle)
            try handle.setModified(name, FileTime(seconds: 1, nanoseconds: 0))
        }
        try await fixture.save("k")
        guard case .exact = try await fixture.restore("k").outcome else {
            Issue.record("the entry was refused")
            return
        }
        #expect(try TreeSnapshot(fixture.target.path).entries.count == 6_001 + 13)
    }

    /// Runs the built command's restore with little address space.
    private func restore(
        _ fixture: CacheFixture
    ) async throws -> (status: TerminationStatus, output: String, error: String) {
        let command = FilePath(CommandLine.arguments[0]).removingLastComponent()
            .appending("buildspec")
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                "-c", "ulimit -v 400000; exec \"$@\"", "sh", command.string, "cache", "restore",
                "--scope", "project", "--key", "k", "--path", "tree/**/*", "--cache",
                fixture.store.path.string,
            ],
            // Each arena of glibc's allocator reserves 64 MB of addresses, and their number varies.
            environment: .inherit.updating([
                "HOME": fixture.source.path.string, "MALLOC_ARENA_MAX": "1",
            ]),
            workingDirectory: fixture.target.path,
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        return (result.terminationStatus, result.standardOutput, result.standardError)
    }

    /// Returns a zstd frame that declares `size`, and has no content.
    private func frame(declaring size: UInt64) -> [UInt8] {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        // Magic number, a single segment with 8 bytes of size, one empty last block.
        return [0x28, 0xB5, 0x2F, 0xFD, 0xE0] + bytes + [1, 0, 0]
    }

    private func plant(_ bomb: Bomb, _ fixture: CacheFixture) throws {
        let zeros = [UInt8](repeating: 0, count: 40 << 20)
        switch bomb {
        case .manifestFrameOfExabytes:
            try fixture.plant(
                manifest: frame(declaring: 1 << 60) + frame(declaring: 1 << 29),
                .zstd
            )
        case .manifestOfZeros:
            let part = try Codec.zstd.encode(zeros)
            try fixture.plant(manifest: Array((0..<25).map { _ in part }.joined()), .zstd)
        case .manifestOfGzippedZeros:
            try fixture.plant(manifest: Codec.gzip.encode(zeros), .gzip)
        case .manifestOfMuchGzippedText:
            // 1.5 MB of gzip for a gigabyte of text that begins with valid lines.
            let lines = (0..<250_000).map { number in
                "./tree/\(1_000_000 + number) type=file mode=0644 time=1.000000000 size=0\n"
            }
            let text = "#mtree\n#buildspec-manifest 1\n" + lines.joined()
            let more = try Codec.gzip.encode(zeros)
            let bytes =
                try Codec.gzip.encode(Array(text.utf8)) + Array((0..<24).flatMap { _ in more })
            try fixture.plant(manifest: bytes, .gzip)
        case .manifestOfManySmallEntries:
            // A megabyte of gzip with as many entries as its text can have.
            let lines = (0..<500_000).map { number in
                "./tree/\(1_000_000 + number) type=file mode=0644 time=1.000000000 size=0\n"
            }
            let text = "#mtree\n#buildspec-manifest 1\n" + lines.joined()
            try fixture.plant(manifest: Codec.gzip.encode(Array(text.utf8)), .gzip)
        case .manifestOfManyEmptyFrames:
            let frames = Array((0..<100_000).map { _ in frame(declaring: 0) }.joined())
            try fixture.plant(manifest: frames, .zstd)
        case .baseOfEmptyLines:
            let part = try Codec.zstd.encode(Array(repeating: newline, count: 1 << 14))
            let base = Array((0..<2_560).map { _ in part }.joined())
            let digest = ContentDigest(of: base)
            try DirectoryStore(fixture.store.path).write(StoreLayout.manifest(digest, .zstd), base)
            let delta = ManifestDelta.head(naming: digest) + Array("@base 0 1\n".utf8)
            try fixture.plant(manifest: Codec.zstd.encode(delta), .zstd, base: digest)
        case .packFrameOfExabytes:
            try plant(pack: frame(declaring: 1 << 60), .zstd, declared: 30 << 20, fixture)
        case .packOfZeros:
            try plant(pack: Codec.zstd.encode(zeros), .zstd, declared: 30 << 20, fixture)
        case .packOfGzippedZeros:
            try plant(pack: Codec.gzip.encode(zeros), .gzip, declared: 4_096, fixture)
        case .entriesThatRepeatOnePack:
            try plant(pack: [1, 2, 3], .none, declared: 100_000, fixture, copies: 20_000)
        }
    }

    private func plant(
        pack bytes: [UInt8],
        _ codec: Codec,
        declared size: Int,
        _ fixture: CacheFixture,
        copies: Int = 1
    ) throws {
        let digest = ContentDigest(of: bytes)
        try DirectoryStore(fixture.store.path).write(StoreLayout.pack(digest, codec), bytes)
        var text =
            "#mtree\n#buildspec-manifest 1\n#pack 0 sha256=\(digest.hex) codec=\(codec.rawValue)"
            + " stored=\(bytes.count) size=\(size)\n"
        for number in 100_000..<100_000 + copies {
            text += "./tree/\(number) type=file mode=0644 time=1.000000000 size=\(size)"
            text += " sha256=\(digest.hex) pack=0 offset=0\n"
        }
        try fixture.plant(manifest: Codec.zstd.encode(Array(text.utf8)), .zstd)
    }
}
