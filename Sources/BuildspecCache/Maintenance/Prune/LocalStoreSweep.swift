internal import BuildspecFiles

/// Removes objects that nobody refers to from a store on this machine.
struct LocalStoreSweep {
    let store: any CacheStore
    /// All packs and manifests, as they were listed.
    let objects: [String: ObjectInfo]
    let now: Int64
    let grace: Int64

    func run(live: Set<String>, _ report: inout PruneReport) async throws {
        // Sizes are the listed ones, so that what is removed is part of what was counted.
        for (name, listed) in objects.sorted(by: { $0.key < $1.key }) where !live.contains(name) {
            try Task.checkCancellation()
            // Looked at again right before: a running save refreshes what it reuses.
            guard let info = try await store.info(name) else { continue }
            guard now - info.modified >= grace else {
                report.pendingObjects += 1
                report.pendingBytes = report.pendingBytes.plus(listed.size)
                continue
            }
            guard
                try await LocalStoreSweep.remove(name, ifUnusedSince: info.modified, from: store)
            else { continue }
            report.removedObjects += 1
            report.removedBytes = report.removedBytes.plus(listed.size)
        }
    }

    /// Removes an object unless it was written or refreshed after the given second.
    ///
    /// On this machine nobody can refresh it between the look and the removal.
    static func remove(
        _ name: String,
        ifUnusedSince seconds: Int64,
        from store: any CacheStore
    ) async throws -> Bool {
        let lock = (store as? any LocalCacheStore)?.lock(.exclusive)
        defer { withExtendedLifetime(lock) {} }
        guard let info = try await store.info(name) else { return true }
        guard info.modified <= seconds, let own = ObjectName(name) else { return false }
        try await store.delete(own)
        return true
    }
}
