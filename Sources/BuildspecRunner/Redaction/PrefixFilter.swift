/// Finds the places where the first four bytes of a pattern are, fast.
struct PrefixFilter: Sendable {
    /// A place and the patterns that begin as it does.
    struct Hit {
        var position: Int
        var group: PatternSet.Group
    }

    /// How many bytes a prefix has.
    static let width = 4

    /// By hash of four bytes: whether a prefix has this hash.
    ///
    /// At most one in 64 is set while there are up to 2048 prefixes, and the table stays in the
    /// processor's nearest caches.
    private let marks: [UInt8]
    /// By hash: the first group that has it, or -1.
    private let heads: [Int32]
    /// By group: the next group of the same hash, or -1.
    private let next: [Int32]
    private let groups: [PatternSet.Group]
    private let shift: UInt32

    init(_ groups: [PatternSet.Group]) {
        let wanted = max(1, groups.count) * 64
        let bits = min(17, max(12, Int.bitWidth - (wanted - 1).leadingZeroBitCount))
        let shift = UInt32(32 - bits)
        var marks = [UInt8](repeating: 0, count: 1 << bits)
        var heads = [Int32](repeating: -1, count: 1 << bits)
        var next = [Int32](repeating: -1, count: groups.count)
        for (index, group) in groups.enumerated() {
            let slot = PrefixFilter.slot(group.prefix, shift)
            marks[slot] = 1
            next[index] = heads[slot]
            heads[slot] = Int32(index)
        }
        (self.marks, self.heads, self.next) = (marks, heads, next)
        (self.groups, self.shift) = (groups, shift)
    }

    /// Four bytes as a number, the first one lowest.
    static func prefix(of bytes: some Sequence<UInt8>) -> UInt32 {
        var prefix: UInt32 = 0
        for (index, byte) in bytes.prefix(width).enumerated() {
            prefix |= UInt32(byte) << UInt32(8 * index)
        }
        return prefix
    }

    /// The first place at `start` or later where four bytes are a known prefix.
    func nextHit(in bytes: UnsafeRawBufferPointer, from start: Int) -> Hit? {
        var position = start
        while let marked = unsafe nextMark(in: bytes, from: position) {
            let prefix = unsafe UInt32(
                littleEndian: bytes.loadUnaligned(fromByteOffset: marked, as: UInt32.self)
            )
            if let group = group(of: prefix) { return Hit(position: marked, group: group) }
            position = marked + 1
        }
        return nil
    }

    private static func slot(_ prefix: UInt32, _ shift: UInt32) -> Int {
        // Multiplication by 2^32 divided by the golden ratio spreads the low bits upwards.
        Int((prefix &* 0x9E37_79B1) &>> shift)
    }

    private func group(of prefix: UInt32) -> PatternSet.Group? {
        var index = heads[PrefixFilter.slot(prefix, shift)]
        while index >= 0 {
            let group = groups[Int(index)]
            if group.prefix == prefix { return group }
            index = next[Int(index)]
        }
        return nil
    }

    /// The inner loop: four places at a time, from one load of eight bytes.
    private func nextMark(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        unsafe marks.withUnsafeBufferPointer { marks in
            var position = start
            while position <= bytes.count - 8 {
                let word = unsafe UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                )
                let first = unsafe marks[slot(word)]
                let second = unsafe marks[slot(word &>> 8)]
                let third = unsafe marks[slot(word &>> 16)]
                let fourth = unsafe marks[slot(word &>> 24)]
                if first | second | third | fourth != 0 {
                    if first != 0 { return position }
                    return position + (second != 0 ? 1 : third != 0 ? 2 : 3)
                }
                position += 4
            }
            while position <= bytes.count - PrefixFilter.width {
                let word = unsafe UInt32(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
                )
                if unsafe marks[PrefixFilter.slot(word, shift)] != 0 { return position }
                position += 1
            }
            return nil
        }
    }

    private func slot(_ word: UInt64) -> Int {
        PrefixFilter.slot(UInt32(truncatingIfNeeded: word), shift)
    }
}
