/// Removes key records, but none that was written or used since it was listed.
struct EntryRemover {
    let store: any CacheStore
    let isShared: Bool
    let now: Int64
    let grace: Int64
    /// The entries that are gone, least recently used first.
    private(set) var entries: [CacheEntryInfo] = []
    /// How many damaged records are gone.
    private(set) var damaged = 0
    /// The records of entries that could not be restored, and are gone.
    private(set) var broken: Set<String> = []
    /// The names of all records that are gone.
    private(set) var names: [String] = []

    init(store: any CacheStore, isShared: Bool, now: Int64, grace: Int64) {
        self.store = store
        self.isShared = isShared
        self.now = now
        self.grace = grace
    }

    /// Removes entries: a restore may be at one that was used since it was listed.
    mutating func remove(_ chosen: [ReachabilityScan.Entry]) async throws {
        let gone = try await removed(chosen.map(\.seen))
        entries += chosen.filter { gone.contains($0.info.recordName) }.map(\.info)
    }

    /// Removes records that cannot be read and have been so for the grace period.
    mutating func removeDamaged(
        _ records: some Collection<ObjectInfo>,
        _ scope: String?
    ) async throws {
        let prefix = scope.map(StoreLayout.scopePrefix) ?? StoreLayout.keys
        let old = records.filter { $0.name.hasPrefix(prefix) && now - $0.modified > grace }
        damaged += try await removed(old.sorted { $0.name < $1.name }).count
    }

    /// Removes entries of which something is missing: the next save of the key writes them anew.
    ///
    /// - Parameters:
    ///   - entries: the entries.
    ///   - objects: what was listed after they were.
    /// - Throws: when the store cannot be asked.
    mutating func removeBroken(
        _ entries: some Collection<ReachabilityScan.Entry>,
        _ objects: [String: ObjectInfo]
    ) async throws {
        for entry in entries.sorted(by: { $0.info.recordName < $1.info.recordName }) {
            try Task.checkCancellation()
            let missing = entry.objects.filter { objects[$0] == nil }
            // Somebody may have repaired it right now.
            for name in missing.sorted() where try await store.info(name) == nil {
                broken.formUnion(try await removed([entry.seen]))
                break
            }
        }
    }

    private mutating func removed(_ records: [ObjectInfo]) async throws -> Set<String> {
        let (store, isShared) = (store, isShared)
        let gone = try await concurrently(records, width: isShared ? PruneOperation.width : 1) {
            isShared
                ? try await store.delete(ifStill: $0)
                : try await LocalStoreSweep.remove($0.name, ifUnusedSince: $0.modified, from: store)
        }
        let removed = zip(records, gone).filter(\.1).map(\.0.name)
        names += removed
        return Set(removed)
    }
}
