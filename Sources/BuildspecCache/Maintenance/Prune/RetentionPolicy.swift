internal import BuildspecFiles

/// The choice of the entries to delete, so that the others stay within limits.
struct RetentionPolicy {
    /// The entries to delete, least recently used first.
    private(set) var removed: [ReachabilityScan.Entry] = []

    /// The kept objects of a scope, or of the whole store.
    private struct Group {
        var objects: Set<String> = []
        var bytes: UInt64 = 0
    }

    /// Keeps the most recently used entries as long as all objects that they refer to fit.
    ///
    /// The entry of `keptRecord` stays in any case; `now` is in seconds since 1970.
    init(
        _ entries: some Collection<ReachabilityScan.Entry>,
        _ limits: PruneLimits,
        sizes: [String: ObjectInfo],
        now: Int64,
        keptRecord: String?
    ) {
        var groups: [String: Group] = [:]
        var counts: [String: Int] = [:]
        let newestFirst = entries.sorted {
            ($0.info.lastUsed, $0.info.saved, $0.info.recordName)
                > ($1.info.lastUsed, $1.info.saved, $1.info.recordName)
        }
        for entry in newestFirst {
            let isPerScope = limits.isSizePerScope || limits.scope != nil
            let name = isPerScope ? entry.info.scope : ""
            var group = groups[name] ?? Group()
            let added = entry.objects.subtracting(group.objects)
            let bytes = added.map { sizes[$0]?.size ?? 0 }.clampedSum
            let count = counts[entry.info.scope] ?? 0
            let age = now.subtractingClamped(entry.info.lastUsed)
            let isTooOld = limits.maximumAge.map { age > $0 } ?? false
            let size = group.bytes.addingClamped(bytes)
            let isTooLarge = limits.maximumSize.map { size > $0 } ?? false
            let isTooMany = limits.maximumCount.map { count >= $0 } ?? false
            let isInScope = limits.scope == nil || limits.scope == entry.info.scope
            if isInScope, isTooOld || isTooLarge || isTooMany, entry.info.recordName != keptRecord {
                removed.append(entry)
                continue
            }
            group.objects.formUnion(added)
            group.bytes = group.bytes.addingClamped(bytes)
            groups[name] = group
            counts[entry.info.scope] = count + 1
        }
        removed.reverse()
    }
}
