import BuildspecFiles
import Testing

@Suite
struct `Room in large pages` {
    @Test(arguments: [0, 1, 4 << 20, (4 << 20) + 1, (9 << 20) - 7])
    func `is there for every byte, and keeps what there was`(count: Int) {
        var bytes: [UInt8] = [7]
        bytes.reserveLargePages(count)
        #expect(bytes == [7])
        #expect(bytes.capacity >= count)
        for place in 1..<max(1, count) { bytes.append(UInt8(truncatingIfNeeded: place)) }
        #expect(bytes.count == max(1, count))
        #expect(bytes.indices.dropFirst().allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0) })
    }

    @Test
    func `is not taken from a copy`() {
        let before: [UInt8] = [1, 2, 3]
        var after = before
        after.reserveLargePages(8 << 20)
        after[0] = 9
        #expect(before == [1, 2, 3])
        #expect(after == [9, 2, 3])
    }
}
