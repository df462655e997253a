import BuildspecFiles
import TestSupport
import Testing

@Suite(.timed)
struct `Large pages` {
    @Test(arguments: [0, 1, 4 << 20, (4 << 20) + 1, (9 << 20) - 7])
    func `a reservation of large pages has space for every byte and keeps the contents`(count: Int)
    {
        var bytes: [UInt8] = [7]
        bytes.reserveLargePages(count)
        #expect(bytes == [7])
        #expect(bytes.capacity >= count)
        for number in 1..<max(1, count) { bytes.append(UInt8(truncatingIfNeeded: number)) }
        #expect(bytes.count == max(1, count))
        #expect(bytes.indices.dropFirst().allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0) })
    }

    @Test
    func `a reservation of large pages does not affect a copy`() {
        let before: [UInt8] = [1, 2, 3]
        var after = before
        after.reserveLargePages(8 << 20)
        after[0] = 9
        #expect(before == [1, 2, 3])
        #expect(after == [9, 2, 3])
    }
}
