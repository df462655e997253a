import TestSupport
import Testing

@testable import BuildspecCache

/// A slice decompresses only the wanted parts of a pack.
@Suite(.timed) struct PackSliceTests {
    private let content: [UInt8]
    private let stored: [UInt8]
    private let pack: Manifest.Pack

    /// Four compressible frames, made once for all tests.
    private static let frames = Result { () throws(CacheError) in
        var random = SplitMix64(seed: 1)
        let content = random.bytes(2_000_000).map { $0 & 0x1F }
        return (content, try Codec.zstd.encode(content))
    }

    init() throws {
        (content, stored) = try PackSliceTests.frames.get()
        pack = Manifest.Pack(
            digest: ContentDigest(of: stored),
            codec: .zstd,
            storedSize: UInt64(stored.count),
            contentSize: content.count
        )
    }

    @Test(arguments: TestScope.seeds(40))
    func `a slice has the bytes of every range that it is moved to`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let ranges = (0..<1 + random.next() % 9).map { _ in
            let start = Int(random.next() % UInt64(content.count))
            let longest: UInt64 = random.next() % 4 == 0 ? 1_000_000 : 30_000
            return start..<min(start + Int(random.next() % longest), content.count)
        }.sorted { $0.lowerBound < $1.lowerBound }
        var slice = try PackSlice(PackSource(stored, pack), wanting: ranges)
        for range in ranges {
            let position = try slice.move(to: range)
            #expect(slice.bytes[position] == content[range])
        }
    }

    @Test func `a frame is decompressed up to the end of the wanted range`() throws {
        let frames = try ZstandardCodec.frames(of: stored, limit: content.count)
        #expect(frames.count == 4)
        let second = frames[1].content
        let wanted = second.lowerBound + 1_000..<second.lowerBound + 9_000
        let needed = ZstandardCodec.needed(for: [wanted], of: frames)
        #expect(needed.map(\.content.count) == [0, 9_000, 0, 0])
        #expect(needed.map(\.stored) == frames.map(\.stored))
        var slice = try PackSlice(PackSource(stored, pack), wanting: [wanted])
        let position = try slice.move(to: wanted)
        #expect(slice.bytes[position] == content[wanted])
        #expect(slice.bytes.count == 9_000)
        // A frame that is wanted nearly to its end is decompressed as a whole.
        let most = second.lowerBound..<second.upperBound - 9_000
        #expect(ZstandardCodec.needed(for: [most], of: frames)[1] == frames[1])
    }

    @Test(arguments: TestScope.seeds(40))
    func `damage in the wanted start of a frame is found`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let frame = try ZstandardCodec.frames(of: stored, limit: content.count)[0]
        var damaged = Array(stored[frame.stored])
        let cut = Int(random.next() % UInt64(damaged.count / 4))
        damaged.removeLast(damaged.count - cut)
        let start = ZstandardCodec.Frame(stored: 0..<cut, content: 0..<frame.content.count / 2)
        var result: [UInt8] = []
        let error = #expect(throws: CacheError.self) {
            try ZstandardCodec.decode([start], of: damaged, appendingTo: &result)
        }
        #expect(error?.code == .damaged)
        #expect(result.isEmpty)
    }

    /// Empty frames are tiny, and a pack can have millions of them.
    @Test func `many empty frames do not make the search for ranges slow`() {
        let count = 50_000
        var frames = [ZstandardCodec.Frame(stored: 0..<10, content: 0..<100)]
        for number in 1...count {
            frames.append(
                ZstandardCodec.Frame(stored: number * 10..<number * 10 + 10, content: 100..<100)
            )
        }
        let end = (count + 1) * 10
        frames.append(ZstandardCodec.Frame(stored: end..<end + 10, content: 100..<200))
        let ranges = Array(repeating: 0..<110, count: count)
        var needed: [ZstandardCodec.Frame] = []
        let time = ContinuousClock().measure {
            needed = ZstandardCodec.needed(for: ranges, of: frames)
        }
        #expect(needed.first?.content == 0..<100)
        #expect(needed.last?.content == 100..<110)
        // Comparing each frame with each range takes minutes.
        #expect(time < .seconds(20))
    }

    @Test(arguments: TestScope.seeds(200))
    func `the needed part of each frame ends with the last range in it`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (frames, end) = ([ZstandardCodec.Frame](), 0)
        for number in 0..<Int.random(in: 1...12, using: &random) {
            let size = [0, 1, 10, 40].randomElement(using: &random) ?? 0
            let stored = number * 10..<number * 10 + 10
            frames.append(ZstandardCodec.Frame(stored: stored, content: end..<end + size))
            end += size
        }
        let ranges = (0..<Int.random(in: 0...6, using: &random)).map { _ -> Range<Int> in
            let start = Int.random(in: 0...end, using: &random)
            return start..<Int.random(in: start...end, using: &random)
        }.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
        let needed = ZstandardCodec.needed(for: ranges, of: frames)
        for (frame, part) in zip(frames, needed) {
            let whole = frame.content
            let wanted = ranges.filter { $0.overlaps(whole) }.map {
                min($0.upperBound, whole.upperBound)
            }
            let count = (wanted.max() ?? whole.lowerBound) - whole.lowerBound
            let rounded = count > whole.count - whole.count / 4 ? whole.count : count
            #expect(part.content == whole.lowerBound..<whole.lowerBound + rounded, "seed \(seed)")
        }
    }
}
