/// Cuts bytes where their content says so (a gear hash), so that an edit moves few cuts.
///
/// The sizes, the table and the mask decide where cuts fall and so what different saves share, but no
/// reader depends on them.
struct Chunker: Sendable {
    /// No chunk but the last one is shorter.
    let smallest: Int
    /// No chunk is longer.
    let largest: Int
    /// The bits of the hash that are all zero where a chunk ends.
    private let mask: UInt64

    /// Files above this size get the larger chunks.
    static let moderateFile: UInt64 = 32 << 20

    /// Creates the chunker of a file.
    ///
    /// An edit costs the chunks that it falls into, and every chunk costs its digest in the manifest.
    /// So chunks are small where the file is: an edit in a few places stays cheap beside all of it.
    ///
    /// - Parameter size: the file's size in bytes, as it is when it is read.
    init(forFileOf size: UInt64) {
        if size <= Chunker.moderateFile {
            self.init(smallest: 16 << 10, largest: 256 << 10, bits: 14)
        } else {
            self.init(smallest: 64 << 10, largest: 1 << 20, bits: 16)
        }
    }

    /// Creates a chunker that cuts every 2^`bits` bytes on average, behind the smallest size of at least
    /// 64 bytes.
    init(smallest: Int, largest: Int, bits: UInt64) {
        self.smallest = smallest
        self.largest = largest
        mask = ~0 << (64 - bits)
    }

    /// Finds the end of the first chunk.
    ///
    /// - Parameters:
    ///   - bytes: the content.
    ///   - start: where the chunk begins.
    /// - Returns: the chunk's end: at most `largest` on, and the end of `bytes` when nothing in
    ///   them says to cut.
    func end(of bytes: [UInt8], from start: Int) -> Int {
        let limit = min(bytes.count, start + largest)
        guard limit - start > smallest else { return limit }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe Chunker.gear.withUnsafeBufferPointer { gear in
                let scan = unsafe GearScan(bytes: bytes, gear: gear, mask: mask)
                var index = start + smallest
                while limit - index >= Chunker.block, unsafe !scan.hasCut(inBlockAt: index) {
                    index += Chunker.block
                }
                return unsafe scan.cut(from: index, to: limit)
            }
        }
    }

    /// The hash has forgotten everything this far back, so a scan may begin anywhere behind that.
    fileprivate static let memory = 64
    /// What is hashed at once: four stretches side by side.
    fileprivate static let block = 4 * stretch
    fileprivate static let stretch = 1 << 10

    /// 256 fixed random words.
    private static let gear: [UInt64] = {
        var state: UInt64 = 0x6275_696C_6473_7065
        return (0..<256).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }()
}

/// Looks for cuts in bytes that stay where they are.
@unsafe private struct GearScan {
    let bytes: UnsafeBufferPointer<UInt8>
    let gear: UnsafeBufferPointer<UInt64>
    let mask: UInt64

    /// Whether a chunk may end in the block that begins at `index`.
    ///
    /// Each hash waits for the one before it, so four stretches are hashed side by side.
    func hasCut(inBlockAt index: Int) -> Bool {
        let mask = unsafe mask
        var (first, second, third, fourth) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        for step in -Chunker.memory..<0 {
            unsafe roll(&first, index &+ step)
            unsafe roll(&second, index &+ step &+ Chunker.stretch)
            unsafe roll(&third, index &+ step &+ 2 &* Chunker.stretch)
            unsafe roll(&fourth, index &+ step &+ 3 &* Chunker.stretch)
        }
        for step in 0..<Chunker.stretch {
            unsafe roll(&first, index &+ step)
            if first & mask == 0 { return true }
            unsafe roll(&second, index &+ step &+ Chunker.stretch)
            if second & mask == 0 { return true }
            unsafe roll(&third, index &+ step &+ 2 &* Chunker.stretch)
            if third & mask == 0 { return true }
            unsafe roll(&fourth, index &+ step &+ 3 &* Chunker.stretch)
            if fourth & mask == 0 { return true }
        }
        return false
    }

    /// The first place behind `start` where a chunk ends, or `limit` when there is none before it.
    func cut(from start: Int, to limit: Int) -> Int {
        var hash: UInt64 = 0
        for index in start - Chunker.memory..<start { unsafe roll(&hash, index) }
        for index in start..<limit {
            unsafe roll(&hash, index)
            if unsafe hash & mask == 0 { return index + 1 }
        }
        return limit
    }

    private func roll(_ hash: inout UInt64, _ index: Int) {
        hash = unsafe (hash << 1) &+ gear[Int(bytes[index])]
    }
}
