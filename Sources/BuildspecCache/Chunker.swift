/// Cuts bytes where their content says so (a gear hash), so that an edit moves few cuts.
///
/// The table and the mask decide where cuts fall and so what different saves share, but no reader
/// depends on them.
struct Chunker {
    static let smallest = 64 << 10
    static let largest = 1 << 20
    /// 16 bits: a cut every 64 KiB on average, behind the smallest size.
    ///
    /// An edit costs the chunk that it falls into, so edits in several places of a large binary stay
    /// cheap.
    private static let mask: UInt64 = 0xFFFF << 48

    /// Finds the end of the first chunk.
    ///
    /// - Parameters:
    ///   - bytes: the content.
    ///   - start: where the chunk begins.
    /// - Returns: the chunk's end: at most `largest` on, and the end of `bytes` when nothing in
    ///   them says to cut.
    static func end(of bytes: [UInt8], from start: Int) -> Int {
        let limit = min(bytes.count, start + largest)
        guard limit - start > smallest else { return limit }
        // The hash has forgotten everything 64 bytes back, so it may start behind the smallest size.
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe gear.withUnsafeBufferPointer { gear in
                var hash: UInt64 = 0
                var index = start + smallest - 64
                while index < start + smallest {
                    hash = unsafe (hash << 1) &+ gear[Int(bytes[index])]
                    index += 1
                }
                while index < limit {
                    hash = unsafe (hash << 1) &+ gear[Int(bytes[index])]
                    index += 1
                    if hash & mask == 0 { return index }
                }
                return limit
            }
        }
    }

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
