/// Finds where secrets are in bytes; knows nothing of streams and replacements.
///
/// A filter over the first four bytes of all patterns passes over nearly everything at more than a
/// byte per nanosecond; what it lets through is looked up in the sorted patterns. That is smaller
/// and faster to build than an automaton for hundreds of patterns, and as fast on ordinary output.
struct SecretMatcher: Sendable {
    /// What was found.
    struct Scan: Equatable {
        /// The longest match at each place, by beginning; matches inside others are left out.
        var matches: [Range<Int>] = []
        /// The first place where more bytes could make a match, or a longer one.
        var open: Int?
    }

    private let patterns: PatternSet
    private let filter: PrefixFilter
    private let findsAccessKeyIDs: Bool

    /// - Parameters:
    ///   - patterns: what to find, each of at least four bytes.
    ///   - findsAccessKeyIDs: whether AWS access key ids are found too.
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

    /// Looks for matches that begin at `start` or later.
    ///
    /// When more bytes follow, the scan ends at the first place that is open: what begins there or
    /// later has to be looked at again, with the bytes that follow.
    ///
    /// - Parameters:
    ///   - text: the bytes; those before `start` are context.
    ///   - start: where to begin.
    ///   - isAtEnd: whether nothing follows.
    /// - Returns: the matches, and where it has to be looked again.
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
            for place in max(start, bytes.count - PrefixFilter.width + 1)..<max(start, bytes.count)
            where unsafe mayBegin(bytes, at: place) {
                scan.open = place
                break
            }
            return scan
        }
    }

    /// What the patterns and the access key ids say of one place, together.
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

    private func mayBegin(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
        if unsafe patterns.match(bytes, at: place, in: patterns.all).isOpen { return true }
        guard findsAccessKeyIDs else { return false }
        let tail = unsafe [UInt8](bytes[place...])
        return AccessKeyID.names.contains { $0.starts(with: tail) }
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
