import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// Readers of untrusted bytes return a value or throw an error, and never crash.
@Suite(.timed) struct `Damaged bytes` {
    private func manifest(_ random: inout SplitMix64) -> Manifest {
        var manifest = Manifest()
        for _ in 0..<3 {
            manifest.packs.append(
                Manifest.Pack(
                    digest: ContentDigest(of: random.bytes(8)),
                    codec: Codec.allCases[Int(random.next() % 3)],
                    storedSize: random.next() % 1_000,
                    contentSize: 1_000_000
                )
            )
        }
        var paths = Set<PathBytes>()
        for _ in 0..<20 {
            let name = random.bytes(1 + Int(random.next() % 12)).map {
                $0 == 0 || $0 == slash ? 1 : $0
            }
            if name == Array(".".utf8) || name == Array("..".utf8) { continue }
            let above = ["", "", "some/", "some/other place/", "some/other/"][
                Int(random.next() % 5)
            ]
            paths.insert(
                PathBytes((random.next() % 2 == 0 ? [slash] : []) + Array(above.utf8) + name)
            )
        }
        var file: PathBytes?
        for path in paths.sorted() {
            let entry = entry(path, linkingTo: file, &random)
            if case .file = entry.kind { file = path }
            manifest.entries.append(entry)
        }
        return manifest
    }

    private func entry(
        _ path: PathBytes,
        linkingTo file: PathBytes?,
        _ random: inout SplitMix64
    ) -> Manifest.Entry {
        var blobs = BlobList()
        for _ in 0..<random.next() % 4 {
            blobs.append(
                Manifest.Blob(
                    digest: ContentDigest(of: random.bytes(8)),
                    pack: Int(random.next() % 3),
                    offset: Int(random.next() % 1_000),
                    size: 1 + Int(random.next() % 10_000)
                )
            )
        }
        let size = blobs.reduce(0) { $0 + UInt64($1.size) }
        let kinds: [Manifest.Kind] = [
            .directory, .link(target: random.bytes(5).map { max(1, $0) }),
            .file(size: size, blobs: blobs),
            file.map { .hardLink(to: $0) } ?? .directory,
        ]
        let kind = kinds[Int(random.next() % 4)]
        let isDirectory = kind == .directory
        return Manifest.Entry(
            path: path,
            mode: UInt32(random.next() % (isDirectory ? 0o10000 : 0o2000)),
            modified: FileTime(
                seconds: Int64(random.next() % 4_000_000_000) - 2_000_000_000,
                nanoseconds: Int32(random.next() % 1_000_000_000)
            ),
            kind: kind
        )
    }

    @Test(arguments: TestScope.seeds(40))
    func `a decoder reads every manifest that the encoder wrote`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let manifest = manifest(&random)
        let text = ManifestEncoder.encode(manifest)
        let read = try ManifestDecoder.decode(text)
        #expect(read == manifest, "seed \(seed)")
        #expect(inHalves(text) == manifest, "seed \(seed)")
        for cut in 0...text.count {
            guard let decoder = ParallelManifestDecoder(Array(text[..<cut]), Array(text[cut...]))
            else {
                continue
            }
            #expect(joined(decoder) == manifest, "seed \(seed), cut at \(cut)")
        }
    }

    private func inHalves(_ text: [UInt8]) -> Manifest? {
        ParallelManifestDecoder(text).flatMap(joined)
    }

    private func joined(_ decoder: ParallelManifestDecoder) -> Manifest? {
        decoder.join(decoder.decodeFirst(), decoder.decodeSecond())
    }

    @Test(arguments: TestScope.seeds(40))
    func `a manifest with random damage is refused or read the same in every way`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let text = ManifestEncoder.encode(manifest(&random))
        for _ in 0..<60 {
            let damaged = mutate(text, &random)
            let read = try? ManifestDecoder.decode(damaged)
            if ParallelManifestDecoder(damaged) != nil {
                #expect(inHalves(damaged) == read, "seed \(seed)")
            }
            // Two threads decompress it in parts that are cut anywhere.
            let cut = Int(random.next() % UInt64(damaged.count + 1))
            if let decoder = ParallelManifestDecoder(Array(damaged[..<cut]), Array(damaged[cut...]))
            {
                #expect(joined(decoder) == read, "seed \(seed), cut at \(cut)")
            }
            if let read {
                // A manifest that is accepted is the same after it is written and read again.
                let again = try? ManifestDecoder.decode(ManifestEncoder.encode(read))
                #expect(again == read, "seed \(seed)")
            }
        }
    }

    @Test(arguments: TestScope.seeds(20))
    func `a key record with random damage is refused`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let record = KeyRecord(
            scope: "s\n%",
            key: seed % 2 == 0 ? nil : "k\r\n é%0A",
            paths: ["./a b", "/c\nd"],
            manifest: ContentDigest(of: []),
            codec: .gzip,
            saved: -5,
            files: 3,
            bytes: 9,
            stored: 7,
            writer: ""
        )
        let bytes = record.encode()
        #expect(try KeyRecord.decode(bytes) == record)
        for _ in 0..<100 {
            let damaged = mutate(bytes, &random)
            if damaged == bytes { continue }
            #expect(throws: CacheError.self) { try KeyRecord.decode(damaged) }
        }
    }

    @Test(arguments: TestScope.seeds(20))
    func `a sweep list with random damage is refused`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let names = (0..<3).map { _ in StoreLayout.pack(ContentDigest(of: random.bytes(8)), .zstd) }
        let list = SweepList(markedAt: Int64(seed), objects: names)
        let bytes = list.encode()
        #expect(try SweepList.decode(bytes) == list)
        for _ in 0..<100 {
            let damaged = mutate(bytes, &random)
            if damaged == bytes { continue }
            #expect(throws: CacheError.self) { try SweepList.decode(damaged) }
        }
    }

    @Test(arguments: [Codec.zstd, .gzip, .none], TestScope.seeds(12))
    func `a compressed object with random damage never exceeds its limit`(
        codec: Codec,
        seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        let content = random.bytes(Int(random.next() % 200_000), compressible: true)
        let encoded = try codec.encode(content)
        #expect(try codec.decode(encoded, limit: content.count) == content)
        if !content.isEmpty {
            #expect(throws: CacheError.self) {
                try codec.decode(encoded, limit: content.count - 1)
            }
        }
        for _ in 0..<20 {
            let result = try? codec.decode(mutate(encoded, &random), limit: 4_000_000)
            #expect((result?.count ?? 0) <= 4_000_000)
        }
    }

    @Test func `an object of several frames is decompressed up to its last whole frame`() throws {
        var random = SplitMix64(seed: 3)
        let part = random.bytes(300_000)
        let content = Array((0..<9).map { _ in part }.joined())
        let encoded = try ZstandardCodec.encode(content)
        let frames = try ZstandardCodec.frames(of: encoded, limit: content.count)
        #expect(frames.map(\.content.count) == Array(repeating: content.count / 5, count: 5))
        #expect(try ZstandardCodec.decode(encoded, limit: content.count) == content)
        let cut = Array(encoded.dropLast(frames[4].stored.count))
        #expect(try ZstandardCodec.decode(cut, limit: content.count).count == content.count / 5 * 4)
    }

    private func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.next() % 3 where !bytes.isEmpty {
            let index = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 5 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
            case 3: bytes.removeLast(bytes.count - index)
            default:
                let end = min(bytes.count, index + 20)
                bytes.insert(contentsOf: bytes[index..<end], at: index)
            }
        }
        return bytes
    }
}
