import TestSupport
import Testing

@testable import BuildspecCache

/// Finds the cuts byte by byte, as the definition says.
private struct PlainChunker {
    let smallest: Int
    let largest: Int
    let bits: UInt64
    private let gear: [UInt64]

    init(smallest: Int, largest: Int, bits: UInt64) {
        var random = SplitMix64(seed: 0x6275_696C_6473_7065)
        gear = (0..<256).map { _ in random.next() }
        (self.smallest, self.largest, self.bits) = (smallest, largest, bits)
    }

    func end(of bytes: [UInt8], from start: Int) -> Int {
        let limit = min(bytes.count, start + largest)
        guard limit - start > smallest else { return limit }
        var hash: UInt64 = 0
        for index in start..<limit {
            hash = (hash << 1) &+ gear[Int(bytes[index])]
            if index >= start + smallest, hash >> (64 - bits) == 0 { return index + 1 }
        }
        return limit
    }
}

private func cuts(_ bytes: [UInt8], _ end: ([UInt8], Int) -> Int) -> [Int] {
    var cuts = [0]
    while let start = cuts.last, start < bytes.count { cuts.append(end(bytes, start)) }
    return cuts
}

private func chunks(_ bytes: [UInt8], _ chunker: Chunker) -> [ArraySlice<UInt8>] {
    let cuts = cuts(bytes, chunker.end)
    return zip(cuts, cuts.dropFirst()).map { bytes[$0..<$1] }
}

/// A file size of each class.
private let sizes: [UInt64] = [9 << 20, 1 << 30]

@Suite(.timed) struct `Chunking` {
    @Test(arguments: TestScope.seeds(12))
    func `the chunker cuts where a plain loop over all bytes cuts`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let bits = 9 + random.next() % 6
        let smallest = 64 + Int(random.next() % 3_000)
        let largest = smallest + 4_096 + Int(random.next() % 40_000)
        var bytes = random.bytes(200_000, compressible: seed % 2 == 0)
        bytes += [UInt8](repeating: UInt8(seed), count: Int(random.next() % 60_000))
        bytes += random.bytes(Int(random.next() % 20_000))
        let chunker = Chunker(smallest: smallest, largest: largest, bits: bits)
        let plain = PlainChunker(smallest: smallest, largest: largest, bits: bits)
        #expect(cuts(bytes, chunker.end) == cuts(bytes, plain.end), "seed \(seed)")
    }

    @Test(arguments: sizes)
    func `the chunker has the documented parameters for each class of files`(size: UInt64) {
        let isModerate = size <= 32 << 20
        let plain =
            isModerate
            ? PlainChunker(smallest: 16 << 10, largest: 256 << 10, bits: 14)
            : PlainChunker(smallest: 64 << 10, largest: 1 << 20, bits: 16)
        var random = SplitMix64(seed: size)
        let bytes = random.bytes(1 << 20) + [UInt8](repeating: 0, count: 3 << 19)
        #expect(cuts(bytes, Chunker(forFileOf: size).end) == cuts(bytes, plain.end))
    }

    @Test func `files above 32 MiB have larger chunks`() {
        #expect(Chunker(forFileOf: 32 << 20).largest == 256 << 10)
        #expect(Chunker(forFileOf: (32 << 20) + 1).largest == 1 << 20)
    }

    @Test(arguments: sizes)
    func `chunks have sizes within the limits`(size: UInt64) {
        let chunker = Chunker(forFileOf: size)
        var random = SplitMix64(seed: 3)
        let random8 = random.bytes(40 * chunker.smallest)
        let even = [UInt8](repeating: 7, count: 5 * chunker.largest / 2)
        for bytes in [random8, even, random8 + even, even + random8] {
            let sizes = chunks(bytes, chunker).map(\.count)
            #expect(sizes.dropLast().allSatisfy { $0 > chunker.smallest }, "not too short")
            #expect(sizes.allSatisfy { $0 <= chunker.largest }, "not too long")
            #expect(sizes.reduce(0, +) == bytes.count, "all of it")
        }
        let average = random8.count / chunks(random8, chunker).count
        #expect((3 * chunker.smallest / 2...3 * chunker.smallest).contains(average))
    }

    @Test(arguments: sizes, 0..<6 as Range<UInt64>)
    func `an edit changes at most four chunks`(size: UInt64, seed: UInt64) {
        let chunker = Chunker(forFileOf: size)
        var random = SplitMix64(seed: seed)
        var bytes = random.bytes(40 * chunker.smallest)
        let before = Set(chunks(bytes, chunker))
        let index = Int(random.next() % UInt64(bytes.count - 100))
        let fresh = random.bytes(Int(random.next() % 100))
        bytes.replaceSubrange(index..<index + Int(random.next() % 100), with: fresh)
        let new = chunks(bytes, chunker).filter { !before.contains($0) }
        #expect((1...4).contains(new.count), "seed \(seed)")
    }
}
