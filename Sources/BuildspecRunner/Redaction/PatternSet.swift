/// A sorted set of byte strings that finds the longest one at a position of a text.
struct PatternSet: Sendable {
    /// The patterns that have their first four bytes in common.
    struct Group: Sendable {
        var prefix: UInt32
        var range: Range<Int>
        /// The number of bytes that all patterns of the group have in common.
        var commonLength = 0
        /// Whether all patterns of the group have eight bytes or more.
        var isLong = false
    }

    /// The result of matching the patterns at one position of a text.
    struct Outcome: Equatable {
        /// The length of the longest pattern at this position; 0 if it does not exist.
        var length = 0
        /// Whether the text ends before a pattern that could match here does.
        var isOpen = false
    }

    /// All patterns, one after the other.
    private let bytes: [UInt8]
    /// The offset of each pattern in `bytes`, and at last the end of `bytes`.
    private let starts: [Int32]
    /// For each pattern, the longest other pattern that is its prefix, or -1.
    private let parents: [Int32]

    /// For each hash of eight bytes, whether a pattern of a long group begins with such bytes.
    private let isLongPrefix: [Bool]
    private static let hashBits = 14

    /// The patterns by their first four bytes.
    let groups: [Group]

    /// All patterns, for `match`.
    var all: Group { Group(prefix: 0, range: 0..<parents.count) }

    /// Creates the set of `patterns`, each of at least four bytes; duplicates are allowed.
    init(_ patterns: [[UInt8]]) {
        var bytes: [UInt8] = []
        var starts: [Int32] = []
        var parents: [Int32] = []
        var groups: [Group] = []
        // The last pattern, and those that are prefixes of it.
        var prefixes: [(index: Int, length: Int)] = []
        var last: [UInt8] = []
        for pattern in patterns.sorted(by: PatternSet.precedes) where pattern != last {
            let index = starts.count
            let common = PatternSet.common(last, pattern)
            while let top = prefixes.last, top.length > common { prefixes.removeLast() }
            parents.append(Int32(prefixes.last?.index ?? -1))
            prefixes.append((index, pattern.count))
            starts.append(Int32(bytes.count))
            bytes += pattern
            if common >= PrefixFilter.width, let group = groups.last {
                groups[groups.count - 1].range = group.range.lowerBound..<index + 1
                groups[groups.count - 1].commonLength = min(group.commonLength, common)
                groups[groups.count - 1].isLong = group.isLong && pattern.count >= 8
            } else {
                groups.append(
                    Group(
                        prefix: PrefixFilter.prefix(of: pattern),
                        range: index..<index + 1,
                        commonLength: pattern.count,
                        isLong: pattern.count >= 8
                    )
                )
            }
            last = pattern
        }
        starts.append(Int32(bytes.count))
        (self.bytes, self.starts, self.parents, self.groups) = (bytes, starts, parents, groups)
        var isLongPrefix = [Bool](repeating: false, count: 1 << PatternSet.hashBits)
        unsafe bytes.withUnsafeBytes { bytes in
            for index in groups.lazy.filter(\.isLong).flatMap(\.range) {
                let slot = unsafe PatternSet.slot(ofEightBytesIn: bytes, at: Int(starts[index]))
                isLongPrefix[slot] = true
            }
        }
        self.isLongPrefix = isLongPrefix
    }

    /// Finds the longest pattern of `group` that begins at `position` of `text`.
    ///
    /// A binary search is enough, because a prefix sorts before the text that it begins. The longest
    /// match is the last pattern that is not greater than the text, or a prefix of this pattern. A
    /// pattern of which the text is a prefix is the first one that is greater.
    func match(_ text: UnsafeRawBufferPointer, at position: Int, in group: Group) -> Outcome {
        unsafe bytes.withUnsafeBytes { patterns in
            guard unsafe mayMatch(text, at: position, in: group, of: patterns) else {
                return Outcome()
            }
            let available = text.count - position
            var outcome = Outcome()
            var (low, high) = (group.range.lowerBound, group.range.upperBound)
            var lowCommon = 0
            while low < high {
                let middle = low + (high - low) / 2
                let start = Int(starts[middle])
                let length = Int(starts[middle + 1]) - start
                let limit = min(length, available)
                let common = unsafe PatternSet.common(patterns, start, text, position, limit)
                let isGreater =
                    common == limit
                    ? length > available
                    : unsafe patterns[start + common] > text[position + common]
                if isGreater {
                    if common == available { outcome.isOpen = true }
                    high = middle
                } else {
                    lowCommon = common
                    low = middle + 1
                }
            }
            outcome.length = longest(from: low - 1, in: group.range, within: lowCommon)
            return outcome
        }
    }

    /// Checks whether a pattern of `group` may be at `position`: its first eight bytes are those of a
    /// pattern, and the common bytes of the group are there, as far as the text goes.
    ///
    /// This avoids the search in text that repeats one prefix, such as rows of dashes and the first
    /// lines of private keys. The last byte is compared first for the same reason.
    private func mayMatch(
        _ text: UnsafeRawBufferPointer,
        at position: Int,
        in group: Group,
        of patterns: UnsafeRawBufferPointer
    ) -> Bool {
        guard group.commonLength > 0 else { return true }
        if group.isLong && text.count - position >= 8,
            unsafe !isLongPrefix[PatternSet.slot(ofEightBytesIn: text, at: position)]
        {
            return false
        }
        let start = Int(starts[group.range.lowerBound])
        let limit = min(group.commonLength, text.count - position)
        guard unsafe text[position + limit - 1] == patterns[start + limit - 1] else { return false }
        return unsafe PatternSet.common(patterns, start, text, position, limit) == limit
    }

    private static func slot(ofEightBytesIn bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return Int((word &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - hashBits))
    }

    /// Returns the length of the pattern at `index`, or of its longest prefix in the set, that has at
    /// most `common` bytes; 0 if it does not exist.
    private func longest(from index: Int, in range: Range<Int>, within common: Int) -> Int {
        guard range.contains(index) else { return 0 }
        var candidate = Int32(index)
        while candidate >= 0 {
            let length = Int(starts[Int(candidate) + 1] - starts[Int(candidate)])
            if length <= common { return length }
            candidate = parents[Int(candidate)]
        }
        return 0
    }

    /// Returns the number of bytes, at most `limit`, that are the same from the two starts on.
    private static func common(
        _ left: UnsafeRawBufferPointer,
        _ leftStart: Int,
        _ right: UnsafeRawBufferPointer,
        _ rightStart: Int,
        _ limit: Int
    ) -> Int {
        var count = 0
        while count + 8 <= limit {
            let one = unsafe left.loadUnaligned(fromByteOffset: leftStart + count, as: UInt64.self)
            let other = unsafe right.loadUnaligned(
                fromByteOffset: rightStart + count,
                as: UInt64.self
            )
            let difference = UInt64(littleEndian: one ^ other)
            if difference != 0 { return count + difference.trailingZeroBitCount / 8 }
            count += 8
        }
        while count < limit, unsafe left[leftStart + count] == right[rightStart + count] {
            count += 1
        }
        return count
    }

    private static func common(_ left: [UInt8], _ right: [UInt8]) -> Int {
        unsafe left.withUnsafeBytes { one in
            unsafe right.withUnsafeBytes { other in
                unsafe PatternSet.common(one, 0, other, 0, min(one.count, other.count))
            }
        }
    }

    private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let common = common(left, right)
        guard common < left.count, common < right.count else { return left.count < right.count }
        return left[common] < right[common]
    }
}
