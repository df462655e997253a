/// A splitter of bytes into chunks by their content (a gear hash): an edit moves few chunk ends.
///
/// The sizes, the table and the mask decide where chunks end, and so what different saves share,
/// but no reader depends on them.
struct Chunker: Sendable {
    /// The smallest size of a chunk, except the last one.
    let smallest: Int
    let largest: Int
    /// The bits of the hash that are all zero where a chunk ends.
    private let mask: UInt64

    /// The size of the largest file that gets the smaller chunks.
    static let moderateFile: UInt64 = 32 << 20

    /// Creates the chunker of a file of this size.
    ///
    /// An edit costs the chunks that it changes, and every chunk costs a digest in the manifest. So
    /// only small files have small chunks.
    init(forFileOf size: UInt64) {
        if size <= Chunker.moderateFile {
            self.init(smallest: 16 << 10, largest: 256 << 10, bits: 14)
        } else {
            self.init(smallest: 64 << 10, largest: 1 << 20, bits: 16)
        }
    }

    /// Creates a chunker whose chunks end 2^`bits` bytes on average after the smallest size, which
    /// is at least 64 bytes.
    init(smallest: Int, largest: Int, bits: UInt64) {
        self.smallest = smallest
        self.largest = largest
        mask = ~0 << (64 - bits)
    }

    /// Finds the end of the chunk that begins at `start`; at most the end of `bytes`.
    func end(of bytes: [UInt8], from start: Int) -> Int {
        let limit = min(bytes.count, start + largest)
        guard limit - start > smallest else { return limit }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe Chunker.gear.withUnsafeBufferPointer { gear in
                let scan = unsafe GearScan(bytes: bytes, gear: gear, mask: mask)
                var index = start + smallest
                while limit - index >= Chunker.block, unsafe !scan.hasEnd(inBlockAt: index) {
                    index += Chunker.block
                }
                return unsafe scan.end(from: index, to: limit)
            }
        }
    }

    /// The number of last bytes that the rolling hash depends on; a scan can start after them.
    fileprivate static let memory = 64
    /// The size of the block that is scanned at once, in four stretches.
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

/// A scan for the ends of chunks in bytes that stay in place.
@unsafe private struct GearScan {
    let bytes: UnsafeBufferPointer<UInt8>
    let gear: UnsafeBufferPointer<UInt64>
    let mask: UInt64

    /// Whether a chunk can end in the block that begins at `index`.
    ///
    /// Each hash depends on the one before it, so four stretches are hashed at the same time.
    func hasEnd(inBlockAt index: Int) -> Bool {
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

    /// The first end of a chunk after `start`, at most `limit`.
    func end(from start: Int, to limit: Int) -> Int {
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
