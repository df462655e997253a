import BuildspecCache
import TestSupport
import Testing

/// Numbers with some bits fixed: they compress a little, as machine code does, and never repeat.
private func code(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
    var numbers = Array(repeating: UInt64(0), count: count / 8)
    for index in numbers.indices { numbers[index] = random.next() & 0x0F0F_FFFF_00FF_3F3F }
    return unsafe numbers.withUnsafeBytes { unsafe Array($0) }
}

@Suite(.timed) struct `Large binaries` {
    /// The first size is just above the limit for chunks, and has smaller ones.
    @Test(arguments: [(size: 9 << 20, edits: 3), (size: 64 << 20, edits: 6)])
    func `a change of one percent adds at most five percent of the compressed size`(
        size: Int,
        edits: Int
    ) async throws {
        let percent = size / 100
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 21)
        let file = fixture.source.file("tree/library.so")
        var bytes = code(size, &random)
        try fixture.overwrite(file, bytes)
        let first = try await fixture.save(nil)
        #expect(first.bytesStored < first.bytes * 9 / 10, "it can be compressed")

        func grow(_ how: String) async throws {
            try fixture.overwrite(file, bytes)
            let again = try await fixture.save(nil)
            let share = Double(again.bytesStored) / Double(first.bytesStored)
            #expect(share <= 0.05, "\(how)")
            #expect(again.bytesStored > 0, "\(how)")
        }
        // Several ranges change, like functions that are compiled again.
        for edit in 0..<edits {
            let start = size / (edits + 1) * (edit + 1)
            let fresh = code(percent / edits, &random)
            bytes.replaceSubrange(start..<start + fresh.count, with: fresh)
        }
        try await grow("overwritten in place")
        let inserted = code(percent, &random)
        bytes.insert(contentsOf: inserted, at: size / 3)
        try await grow("inserted, so that everything after it moves")
        bytes += code(percent, &random)
        try await grow("appended")

        _ = try await fixture.restore(nil)
        #expect(try fixture.bytes(fixture.target.file("tree/library.so")) == bytes)
    }
}
