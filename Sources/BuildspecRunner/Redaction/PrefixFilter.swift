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
    /// The first and the last byte of all prefixes, eight times each, if they are the same ones: those
    /// of access key ids are, so that output is passed over much faster where there are no secrets.
    private let edges: (first: UInt64, last: UInt64)?

    init(_ groups: [PatternSet.Group]) {
        edges = PrefixFilter.edges(groups.map(\.prefix))
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

    private static func edges(_ prefixes: [UInt32]) -> (first: UInt64, last: UInt64)? {
        guard let prefix = prefixes.first else { return nil }
        let mask: UInt32 = 0xFF00_00FF
        guard prefixes.allSatisfy({ ($0 ^ prefix) & mask == 0 }) else { return nil }
        let ones: UInt64 = 0x0101_0101_0101_0101
        return (UInt64(prefix & 0xFF) &* ones, UInt64(prefix &>> 24) &* ones)
    }

    /// The first place at `start` or later that needs a closer look, or the first that is too near to
    /// the end for this.
    ///
    /// Eight places at a time: a byte of `different` is zero where both edges fit, and the lowest zero
    /// byte is found without fail.
    private func nextEdges(
        _ edges: (first: UInt64, last: UInt64),
        in bytes: UnsafeRawBufferPointer,
        from start: Int
    ) -> (position: Int, isFound: Bool) {
        var position = start
        while position <= bytes.count - 11 {
            let first = unsafe UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            )
            let last = unsafe UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: position + 3, as: UInt64.self)
            )
            let different = (first ^ edges.first) | (last ^ edges.last)
            let zeros = (different &- 0x0101_0101_0101_0101) & ~different & 0x8080_8080_8080_8080
            if zeros != 0 { return (position + zeros.trailingZeroBitCount / 8, true) }
            position += 8
        }
        return (position, false)
    }

    /// The next place that a prefix may be at.
    ///
    /// The inner loop: four places at a time, from one load of eight bytes.
    private func nextMark(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        unsafe marks.withUnsafeBufferPointer { marks in
            var position = start
            if let edges {
                let next = unsafe nextEdges(edges, in: bytes, from: start)
                if next.isFound { return next.position }
                position = next.position
            }
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
