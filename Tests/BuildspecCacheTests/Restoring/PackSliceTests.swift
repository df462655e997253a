import TestSupport
import Testing

@testable import BuildspecCache

/// Of a pack, only what is wanted is decompressed.
@Suite struct `A window over a pack` {
    private let content: [UInt8]
    private let stored: [UInt8]
    private let pack: Manifest.Pack

    init() throws {
        var random = SplitMix64(seed: 1)
        // Four frames that shrink.
        content = random.bytes(2_000_000).map { $0 & 0x1F }
        stored = try Codec.zstd.encode(content)
        pack = Manifest.Pack(
            digest: ContentDigest(of: stored),
            codec: .zstd,
            storedSize: UInt64(stored.count),
            contentSize: content.count
        )
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `shows what it is moved to, whatever is wanted`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let ranges = (0..<1 + random.next() % 9).map { _ in
            let start = Int(random.next() % UInt64(content.count))
            let longest: UInt64 = random.next() % 4 == 0 ? 1_000_000 : 30_000
            return start..<min(start + Int(random.next() % longest), content.count)
        }.sorted { $0.lowerBound < $1.lowerBound }
        var window = try PackSlice(PackSource(stored, pack), wanting: ranges)
        for range in ranges {
            let place = try window.move(to: range)
            #expect(window.bytes[place] == content[range])
        }
    }

    @Test func `decompresses a frame as far as it is wanted`() throws {
        let frames = try ZstandardCodec.frames(of: stored, limit: content.count)
        #expect(frames.count == 4)
        let second = frames[1].content
        let wanted = second.lowerBound + 1_000..<second.lowerBound + 9_000
        let needed = ZstandardCodec.needed(for: [wanted], of: frames)
        #expect(needed.map(\.content.count) == [0, 9_000, 0, 0])
        #expect(needed.map(\.stored) == frames.map(\.stored))
        var window = try PackSlice(PackSource(stored, pack), wanting: [wanted])
        let place = try window.move(to: wanted)
        #expect(window.bytes[place] == content[wanted])
        #expect(window.bytes.count == 9_000)
        // All but a little of it is all of it.
        let most = second.lowerBound..<second.upperBound - 9_000
        #expect(ZstandardCodec.needed(for: [most], of: frames)[1] == frames[1])
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `finds a damaged start of a frame`(seed: UInt64) throws {
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

    /// Frames that hold nothing are tiny, and a pack may have millions of them.
    @Test func `is quickly found in however many frames that hold nothing`() {
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
        // To look at each frame for each range takes minutes.
        #expect(time < .seconds(20))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `wants of each frame what the ranges want of it`(seed: UInt64) {
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
