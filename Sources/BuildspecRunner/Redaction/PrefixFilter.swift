/// A fast search for the positions of a text at which the first four bytes of a pattern are.
struct PrefixFilter: Sendable {
    /// A position, and the patterns whose first four bytes are there.
    struct Hit {
        var position: Int
        var group: PatternSet.Group
    }

    static let width = 4

    /// For each hash of four bytes, 1 if a prefix has this hash.
    ///
    /// At most one in 64 is set while there are up to 2048 prefixes, and the table stays in the
    /// processor's nearest caches.
    private let hasPrefix: [UInt8]
    /// For each hash, the first group that has the hash, or -1.
    private let firstGroups: [Int32]
    /// For each group, the next group of the same hash, or -1.
    private let nextGroups: [Int32]
    private let groups: [PatternSet.Group]
    private let shift: UInt32
    /// The first and the last byte of all prefixes, eight times each; `nil` if the prefixes differ
    /// there.
    ///
    /// The prefixes of access key ids do not, so output is scanned much faster if there are no secrets.
    private let edges: (first: UInt64, last: UInt64)?

    init(_ groups: [PatternSet.Group]) {
        edges = PrefixFilter.edges(groups.map(\.prefix))
        let wanted = max(1, groups.count) * 64
        let bits = min(17, max(12, Int.bitWidth - (wanted - 1).leadingZeroBitCount))
        let shift = UInt32(32 - bits)
        var hasPrefix = [UInt8](repeating: 0, count: 1 << bits)
        var firstGroups = [Int32](repeating: -1, count: 1 << bits)
        var nextGroups = [Int32](repeating: -1, count: groups.count)
        for (index, group) in groups.enumerated() {
            let slot = PrefixFilter.slot(group.prefix, shift)
            hasPrefix[slot] = 1
            nextGroups[index] = firstGroups[slot]
            firstGroups[slot] = Int32(index)
        }
        self.hasPrefix = hasPrefix
        (self.firstGroups, self.nextGroups) = (firstGroups, nextGroups)
        (self.groups, self.shift) = (groups, shift)
    }

    /// Returns the first four bytes as a number, the first byte lowest.
    static func prefix(of bytes: some Sequence<UInt8>) -> UInt32 {
        var prefix: UInt32 = 0
        for (index, byte) in bytes.prefix(width).enumerated() {
            prefix |= UInt32(byte) << UInt32(8 * index)
        }
        return prefix
    }

    /// Finds the first position, from `start` on, at which a known prefix is.
    func nextHit(in bytes: UnsafeRawBufferPointer, from start: Int) -> Hit? {
        var position = start
        while let candidate = unsafe nextCandidate(in: bytes, from: position) {
            let prefix = unsafe UInt32(
                littleEndian: bytes.loadUnaligned(fromByteOffset: candidate, as: UInt32.self)
            )
            if let group = group(of: prefix) { return Hit(position: candidate, group: group) }
            position = candidate + 1
        }
        return nil
    }

    private static func slot(_ prefix: UInt32, _ shift: UInt32) -> Int {
        // Multiplication by 2^32 divided by the golden ratio spreads the low bits upwards.
        Int((prefix &* 0x9E37_79B1) &>> shift)
    }

    private func group(of prefix: UInt32) -> PatternSet.Group? {
        var index = firstGroups[PrefixFilter.slot(prefix, shift)]
        while index >= 0 {
            let group = groups[Int(index)]
            if group.prefix == prefix { return group }
            index = nextGroups[Int(index)]
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

    /// Finds the first position, from `start` on, at which both edges match, or the first that is too
    /// near to the end for this check.
    ///
    /// Checks eight positions at a time. A byte of `different` is zero where both edges match, and the
    /// lowest zero byte is always found.
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

    /// Finds the next position at which a prefix may be.
    ///
    /// This is the inner loop: it checks four positions at a time, from one load of eight bytes.
    private func nextCandidate(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        unsafe hasPrefix.withUnsafeBufferPointer { hasPrefix in
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
                let first = unsafe hasPrefix[slot(word)]
                let second = unsafe hasPrefix[slot(word &>> 8)]
                let third = unsafe hasPrefix[slot(word &>> 16)]
                let fourth = unsafe hasPrefix[slot(word &>> 24)]
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
                if unsafe hasPrefix[PrefixFilter.slot(word, shift)] != 0 { return position }
                position += 1
            }
            return nil
        }
    }

    private func slot(_ word: UInt64) -> Int {
        PrefixFilter.slot(UInt32(truncatingIfNeeded: word), shift)
    }
}
