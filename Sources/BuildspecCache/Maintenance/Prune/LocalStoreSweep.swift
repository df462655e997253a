internal import BuildspecFiles

/// Deletes unreferenced objects from a store on this machine.
struct LocalStoreSweep {
    let store: any CacheStore
    /// All packs and manifests, as they were listed.
    let objects: [String: ObjectInfo]
    let now: Int64
    let grace: Int64

    func run(live: Set<String>, _ report: inout PruneReport) async throws {
        // Sizes are the listed ones, so that the deleted bytes are a part of the counted bytes.
        for (name, listed) in objects.sorted(by: { $0.key < $1.key }) where !live.contains(name) {
            try Task.checkCancellation()
            // The age is read again right before, because a running save touches what it reuses.
            guard let info = try await store.info(name) else { continue }
            guard now - info.modified >= grace else {
                report.pendingObjects += 1
                report.pendingBytes = report.pendingBytes.addingClamped(listed.size)
                continue
            }
            guard try await store.delete(ifUnchanged: info) else { continue }
            report.removedObjects += 1
            report.removedBytes = report.removedBytes.addingClamped(listed.size)
        }
    }
}
