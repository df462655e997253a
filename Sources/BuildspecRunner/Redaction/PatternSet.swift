/// Byte strings in order, in which those that begin a text are found.
struct PatternSet: Sendable {
    /// The patterns that have their first four bytes in common.
    struct Group: Sendable {
        var prefix: UInt32
        var range: Range<Int>
        /// How many bytes all of them have in common.
        var shared = 0
        /// Whether all have eight bytes or more.
        var isLong = false
    }

    /// What the patterns say of one place in a text.
    struct Outcome: Equatable {
        /// The length of the longest pattern that is here; 0 for none.
        var length = 0
        /// Whether the text ends here within a pattern that could go on.
        var isOpen = false
    }

    /// All patterns one after the other.
    private let bytes: [UInt8]
    /// Where each pattern begins in `bytes`, and behind them the end.
    private let starts: [Int32]
    /// By pattern: the longest other pattern that it begins with, or -1.
    private let parents: [Int32]

    /// By hash of eight bytes: whether a pattern that begins with them is in a long group.
    private let marks: [Bool]
    private static let markBits = 14

    /// The patterns by their first four bytes.
    let groups: [Group]

    /// All patterns, for `match`.
    var all: Group { Group(prefix: 0, range: 0..<parents.count) }

    /// Puts the patterns in order.
    ///
    /// - Parameter patterns: byte strings of at least four bytes; one may be there many times.
    init(_ patterns: [[UInt8]]) {
        var bytes: [UInt8] = []
        var starts: [Int32] = []
        var parents: [Int32] = []
        var groups: [Group] = []
        var begun: [(index: Int, length: Int)] = []  // the last one, and those it begins with
        var last: [UInt8] = []
        for pattern in patterns.sorted(by: PatternSet.precedes) where pattern != last {
            let index = starts.count
            let common = PatternSet.common(last, pattern)
            while let top = begun.last, top.length > common { begun.removeLast() }
            parents.append(Int32(begun.last?.index ?? -1))
            begun.append((index, pattern.count))
            starts.append(Int32(bytes.count))
            bytes += pattern
            if common >= PrefixFilter.width, let group = groups.last {
                groups[groups.count - 1].range = group.range.lowerBound..<index + 1
                groups[groups.count - 1].shared = min(group.shared, common)
                groups[groups.count - 1].isLong = group.isLong && pattern.count >= 8
            } else {
                groups.append(
                    Group(
                        prefix: PrefixFilter.prefix(of: pattern),
                        range: index..<index + 1,
                        shared: pattern.count,
                        isLong: pattern.count >= 8
                    )
                )
            }
            last = pattern
        }
        starts.append(Int32(bytes.count))
        (self.bytes, self.starts, self.parents, self.groups) = (bytes, starts, parents, groups)
        var marks = [Bool](repeating: false, count: 1 << PatternSet.markBits)
        unsafe bytes.withUnsafeBytes { bytes in
            for index in groups.lazy.filter(\.isLong).flatMap(\.range) {
                marks[unsafe PatternSet.slot(ofEightBytesIn: bytes, at: Int(starts[index]))] = true
            }
        }
        self.marks = marks
    }

    /// Looks for the patterns that begin at a place of a text.
    ///
    /// The patterns that a text begins with stand, in order, before it: the longest of them is the
    /// last pattern that is not greater than the text, or one that this pattern begins with. And a
    /// pattern that begins with all of the text is the first that is greater.
    ///
    /// - Parameters:
    ///   - text: the bytes.
    ///   - place: where to look.
    ///   - group: the patterns that come into question.
    /// - Returns: the longest pattern, and whether the text is too short to tell.
    func match(_ text: UnsafeRawBufferPointer, at place: Int, in group: Group) -> Outcome {
        unsafe bytes.withUnsafeBytes { patterns in
            guard unsafe mayMatch(text, at: place, in: group, of: patterns) else {
                return Outcome()
            }
            let available = text.count - place
            var outcome = Outcome()
            var (low, high) = (group.range.lowerBound, group.range.upperBound)
            var lowCommon = 0
            while low < high {
                let middle = low + (high - low) / 2
                let start = Int(starts[middle])
                let length = Int(starts[middle + 1]) - start
                let limit = min(length, available)
                let common = unsafe PatternSet.common(patterns, start, text, place, limit)
                let isGreater =
                    common == limit
                    ? length > available
                    : unsafe patterns[start + common] > text[place + common]
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

    /// Whether it is worth searching.
    ///
    /// It is if the first eight bytes are those of a pattern, and what the patterns have in common
    /// is there, as far as the text goes.
    ///
    /// This keeps the search away from text that is full of one beginning, such as rows of dashes
    /// and the beginnings of private keys. The last byte is looked at first for the same reason.
    private func mayMatch(
        _ text: UnsafeRawBufferPointer,
        at place: Int,
        in group: Group,
        of patterns: UnsafeRawBufferPointer
    ) -> Bool {
        guard group.shared > 0 else { return true }
        if group.isLong && text.count - place >= 8,
            unsafe !marks[PatternSet.slot(ofEightBytesIn: text, at: place)]
        {
            return false
        }
        let start = Int(starts[group.range.lowerBound])
        let limit = min(group.shared, text.count - place)
        guard unsafe text[place + limit - 1] == patterns[start + limit - 1] else { return false }
        return unsafe PatternSet.common(patterns, start, text, place, limit) == limit
    }

    private static func slot(ofEightBytesIn bytes: UnsafeRawBufferPointer, at place: Int) -> Int {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        return Int((word &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - markBits))
    }

    /// The length of the pattern, or else of the longest one that it begins with, that is no longer
    /// than what the text has in common with it.
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

    /// How many bytes two places have in common, at most `limit`.
    private static func common(
        _ left: UnsafeRawBufferPointer,
        _ leftStart: Int,
        _ right: UnsafeRawBufferPointer,
        _ rightStart: Int,
        _ limit: Int
    ) -> Int {
        var count = 0
        while count + 8 <= limit {
            let one = unsafe left.loadUnaligned(
                fromByteOffset: leftStart + count,
                as: UInt64.self
            )
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
