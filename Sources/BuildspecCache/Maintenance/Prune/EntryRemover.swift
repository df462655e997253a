/// Deletes key records, except those that were written or used since they were listed.
struct EntryRemover {
    let store: any CacheStore
    let isShared: Bool
    let now: Int64
    let grace: Int64
    /// The deleted entries, least recently used first.
    private(set) var entries: [CacheEntryInfo] = []
    /// The number of damaged records that were deleted.
    private(set) var damaged = 0
    /// The deleted records of entries that could not be restored.
    private(set) var broken: Set<String> = []
    /// The names of all deleted records.
    private(set) var names: [String] = []

    /// Deletes entries, unless a restore has used them since they were listed.
    mutating func remove(_ chosen: [ReachabilityScan.Entry]) async throws {
        let deleted = try await delete(chosen.map(\.listed))
        entries += chosen.filter { deleted.contains($0.info.recordName) }.map(\.info)
    }

    /// Deletes unreadable records that are older than the grace period.
    mutating func removeDamaged(
        _ records: some Collection<ObjectInfo>,
        _ scope: String?
    ) async throws {
        let prefix = scope.map(StoreLayout.scopePrefix) ?? StoreLayout.keys
        let old = records.filter { $0.name.hasPrefix(prefix) && now - $0.modified > grace }
        damaged += try await delete(old.sorted { $0.name < $1.name }).count
    }

    /// Deletes entries with missing objects, so that the next save of the key writes a new entry.
    ///
    /// The objects must be listed after the entries.
    mutating func removeBroken(
        _ entries: some Collection<ReachabilityScan.Entry>,
        _ objects: [String: ObjectInfo]
    ) async throws {
        for entry in entries.sorted(by: { $0.info.recordName < $1.info.recordName }) {
            try Task.checkCancellation()
            let missing = entry.objects.filter { objects[$0] == nil }
            // Checked again, because a save may have written the object since the listing.
            for name in missing.sorted() where try await store.info(name) == nil {
                broken.formUnion(try await delete([entry.listed]))
                break
            }
        }
    }

    private mutating func delete(_ records: [ObjectInfo]) async throws -> Set<String> {
        let (store, width) = (store, isShared ? PruneOperation.width : 1)
        let results = try await mapConcurrently(records, width: width) {
            try await store.delete(ifUnchanged: $0)
        }
        let deleted = zip(records, results).filter(\.1).map(\.0.name)
        names += deleted
        return Set(deleted)
    }
}
