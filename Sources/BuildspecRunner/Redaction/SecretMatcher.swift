/// A search for secrets in bytes, without any state between two calls.
///
/// A filter over the first four bytes of all patterns skips nearly everything at more than a byte per
/// nanosecond. The positions that pass the filter are looked up in the sorted patterns. That is
/// smaller and faster to build than an automaton for hundreds of patterns, and as fast on ordinary
/// output.
struct SecretMatcher: Sendable {
    /// The result of a scan.
    struct Scan: Equatable {
        /// The longest match at each position, in order; matches inside of others are left out.
        var matches: [Range<Int>] = []
        /// The first position at which more bytes could make a match, or a longer one.
        var open: Int?
    }

    private let patterns: PatternSet
    private let filter: PrefixFilter
    private let findsAccessKeyIDs: Bool

    /// Creates a matcher for `patterns`, each of at least four bytes, and for access key ids.
    init(patterns: [[UInt8]], findsAccessKeyIDs: Bool) {
        self.patterns = PatternSet(patterns)
        self.findsAccessKeyIDs = findsAccessKeyIDs
        var groups = self.patterns.groups
        if findsAccessKeyIDs {
            let known = Set(groups.map(\.prefix))
            for prefix in AccessKeyID.prefixes where !known.contains(prefix) {
                groups.append(PatternSet.Group(prefix: prefix, range: 0..<0))
            }
        }
        filter = PrefixFilter(groups)
    }

    /// Finds the matches that begin at `start` or later.
    ///
    /// If more bytes follow, the scan ends at the first position that is open. The next scan begins
    /// there, with the bytes that follow. The bytes before `start` are context.
    func scan(_ text: [UInt8], from start: Int, isAtEnd: Bool) -> Scan {
        unsafe text.withUnsafeBytes { bytes in
            var scan = Scan()
            var position = start
            while let hit = unsafe filter.nextHit(in: bytes, from: position) {
                let outcome = unsafe examine(bytes, at: hit, isAtEnd: isAtEnd)
                scan.add(outcome, at: hit)
                if outcome.isOpen && !isAtEnd { return scan }
                position = hit.position + 1
            }
            // The last three bytes are too few for the filter.
            guard scan.open == nil else { return scan }
            let tail = max(start, bytes.count - PrefixFilter.width + 1)..<max(start, bytes.count)
            scan.open = tail.first { unsafe mayBegin(bytes, at: $0) }
            return scan
        }
    }

    private func examine(
        _ bytes: UnsafeRawBufferPointer,
        at hit: PrefixFilter.Hit,
        isAtEnd: Bool
    ) -> PatternSet.Outcome {
        var outcome = unsafe patterns.match(bytes, at: hit.position, in: hit.group)
        if findsAccessKeyIDs && AccessKeyID.prefixes.contains(hit.group.prefix) {
            let id = unsafe AccessKeyID.match(bytes, at: hit.position, isAtEnd: isAtEnd)
            outcome.length = max(outcome.length, id.length)
            outcome.isOpen = outcome.isOpen || id.isOpen
        }
        return outcome
    }

    private func mayBegin(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
        if unsafe patterns.match(bytes, at: position, in: patterns.all).isOpen { return true }
        guard findsAccessKeyIDs else { return false }
        let tail = unsafe [UInt8](bytes[position...])
        return AccessKeyID.prefixBytes.contains { $0.starts(with: tail) }
    }
}

extension SecretMatcher.Scan {
    fileprivate mutating func add(_ outcome: PatternSet.Outcome, at hit: PrefixFilter.Hit) {
        let end = hit.position + outcome.length
        if outcome.length > 0 && end > matches.last?.upperBound ?? 0 {
            matches.append(hit.position..<end)
        }
        if outcome.isOpen && open == nil { open = hit.position }
    }
}
