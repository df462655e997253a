import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// The two halves of a long manifest are decoded at once, and checked as one text.
@Suite(.timed) struct `Parallel manifest decoding` {
    private let time = FileTime(seconds: 5, nanoseconds: 7)

    private func file(_ number: Int) -> Manifest.Entry {
        let digits = String(number)
        return Manifest.Entry(
            path: PathBytes("tree/" + String(repeating: "0", count: 6 - digits.count) + digits),
            mode: 0o644,
            modified: time,
            kind: .file(size: 0, blobs: [])
        )
    }

    private func manifest(_ count: Int) -> Manifest {
        var manifest = Manifest()
        manifest.entries = (0..<count).map(file)
        return manifest
    }

    /// Decodes a text in two halves.
    ///
    /// - Returns: The manifest, or the error's text.
    private func read(_ text: [UInt8]) async -> (halves: Manifest?, error: String) {
        do {
            return (try await ParallelManifestDecoder.decode(text), "")
        } catch {
            return (nil, "\(error)")
        }
    }

    @Test func `two halves give the same manifest as the whole text`() async throws {
        let manifest = manifest(10_000)
        let text = await ManifestEncoder.encodeInBlocks(manifest)
        #expect(text == ManifestEncoder.encode(manifest))
        #expect(try await ParallelManifestDecoder.decode(text) == manifest)
        for codec in Codec.allCases {
            let stored = try codec.encode(text)
            #expect(try await ParallelManifestDecoder.decode(stored, codec) == manifest)
            #expect(try await ParallelManifestDecoder.text(of: stored, codec) == text)
            #expect(try await codec.encodeInBlocks(text) == stored)
        }
    }

    @Test func `a damaged line of a compressed manifest is reported by its number`() async throws {
        var swapped = manifest(10_000)
        swapped.entries.swapAt(7_000, 7_001)
        let stored = try Codec.zstd.encode(ManifestEncoder.encode(swapped))
        await #expect(throws: CacheError.self) {
            try await ParallelManifestDecoder.decode(stored, .zstd)
        }
        do {
            _ = try await ParallelManifestDecoder.decode(stored, .zstd)
        } catch {
            #expect("\(error)".contains("damaged at line 7004"))
        }
        // The head fills more than the first half.
        var packs = Manifest()
        let pack = Manifest.Pack(
            digest: ContentDigest(of: []),
            codec: .zstd,
            storedSize: 9,
            contentSize: 9
        )
        packs.packs = Array(repeating: pack, count: 10_000)
        packs.entries = [file(1)]
        let long = try Codec.zstd.encode(ManifestEncoder.encode(packs))
        #expect(try await ParallelManifestDecoder.decode(long, .zstd) == packs)
    }

    @Test func `a file of the second half can be a hard link to one of the first`() async throws {
        var manifest = manifest(10_000)
        for index in [1, 4_000, 9_000, 9_999] {
            manifest.entries[index].kind = .hardLink(to: manifest.entries[0].path)
        }
        manifest.entries[9_500].kind = .hardLink(to: manifest.entries[9_400].path)
        let text = ManifestEncoder.encode(manifest)
        #expect(try await ParallelManifestDecoder.decode(text) == manifest)
    }

    @Test(arguments: [1, 4_999, 5_000, 5_001, 9_998])
    func `damage on both sides of the middle is reported by its line number`(index: Int) async {
        var swapped = manifest(10_000)
        swapped.entries.swapAt(index, index + 1)
        var linked = manifest(10_000)
        linked.entries[index].kind = .hardLink(to: linked.entries[index + 1].path)
        var below = manifest(10_000)
        below.entries[index + 1].path = below.entries[index].path.appending("x".utf8)
        let pack = Array(
            "#pack 0 sha256=\(ContentDigest(of: []).hex) codec=zstd stored=9 size=9\n".utf8
        )
        var late = ManifestEncoder.encode(manifest(10_000))
        let line = late.indices.filter { late[$0] == newline }[index + 2]
        late.insert(contentsOf: pack, at: line + 1)
        for text in [swapped, linked, below].map(ManifestEncoder.encode) + [late] {
            let (halves, error) = await read(text)
            #expect(halves == nil)
            #expect(
                error.contains("damaged at line \(index + 4)")
                    || error.contains("line \(index + 3)")
            )
        }
    }

    /// An attacker can claim digests that agree in most of their bits.
    @Test func `a table of similar digests is not slow`() {
        var table: [ContentDigest: Int] = [:]
        let clock = ContinuousClock()
        let time = clock.measure {
            for number in 0..<100_000 {
                var bytes = Array(repeating: UInt8(7), count: 32)
                for index in 0..<4 {
                    bytes[28 + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
                }
                if let digest = ContentDigest(bytes: bytes) { table[digest] = number }
            }
        }
        #expect(table.count == 100_000)
        // With equal hash values it takes minutes.
        #expect(time < .seconds(20))
    }
}
