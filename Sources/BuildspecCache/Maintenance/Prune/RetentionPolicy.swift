internal import BuildspecFiles

/// Which entries stay within limits, and which go.
struct RetentionPolicy {
    /// Those that go, least recently used first.
    private(set) var removed: [ReachabilityScan.Entry] = []
    /// Those that stay, most recently used first.
    private(set) var kept: [ReachabilityScan.Entry] = []

    /// What stays of a scope, or of the whole store.
    private struct Group {
        var objects: Set<String> = []
        var bytes: UInt64 = 0
        var count = 0
    }

    /// Chooses: the most recently used entries are kept as long as all that they refer to fits.
    ///
    /// - Parameters:
    ///   - entries: all entries.
    ///   - limits: the limits.
    ///   - sizes: the stored objects.
    ///   - now: the time in seconds since 1970.
    ///   - always: the name of a record that stays, whatever the limits say.
    init(
        _ entries: some Collection<ReachabilityScan.Entry>,
        _ limits: PruneLimits,
        sizes: [String: ObjectInfo],
        now: Int64,
        always: String?
    ) {
        var groups: [String: Group] = [:]
        var counts: [String: Int] = [:]
        for entry in entries.sorted(by: RetentionPolicy.isMoreRecent) {
            let isPerScope = limits.isSizePerScope || limits.scope != nil
            let name = isPerScope ? entry.info.scope : ""
            var group = groups[name] ?? Group()
            let added = entry.objects.subtracting(group.objects)
            let bytes = added.map { sizes[$0]?.size ?? 0 }.sum
            let count = counts[entry.info.scope] ?? 0
            let isTooOld = limits.maximumAge.map { now.minus(entry.info.lastUsed) > $0 } ?? false
            let isTooMuch = limits.maximumSize.map { group.bytes.plus(bytes) > $0 } ?? false
            let isTooMany = limits.maximumCount.map { count >= $0 } ?? false
            let isMeant = limits.scope == nil || limits.scope == entry.info.scope
            if isMeant, isTooOld || isTooMuch || isTooMany, entry.info.recordName != always {
                removed.append(entry)
                continue
            }
            group.objects.formUnion(added)
            group.bytes = group.bytes.plus(bytes)
            groups[name] = group
            counts[entry.info.scope] = count + 1
            kept.append(entry)
        }
        removed.reverse()
    }

    private static func isMoreRecent(
        _ left: ReachabilityScan.Entry,
        _ right: ReachabilityScan.Entry
    ) -> Bool {
        (left.info.lastUsed, left.info.saved, left.info.recordName)
            > (right.info.lastUsed, right.info.saved, right.info.recordName)
    }
}
