/// The packs and manifests that the target of a transfer has and will keep.
struct TargetObjects: Sendable {
    private let store: any CacheStore
    /// The target, if its objects are touched before an entry refers to them.
    private let locked: (any LocalCacheStore)?
    private var listed: [String: UInt64] = [:]
    /// The objects that a prune is about to delete; a new entry must not refer to them.
    private let pendingDeletions: PendingDeletions
    /// The objects that this transfer has found in the target or copied to it.
    private var completed: Set<String> = []

    /// Lists the objects of the target.
    init(_ store: any CacheStore, locked: (any LocalCacheStore)?) async throws {
        self.store = store
        self.locked = locked
        pendingDeletions = PendingDeletions(store)
        // The sweep lists are read before the objects: an unmarked object then stays long enough.
        if locked == nil { _ = try await pendingDeletions.contains("") }
        for prefix in [StoreLayout.packs, StoreLayout.manifests] {
            for info in try await store.listObjects(prefix: prefix) where info.isWhole {
                listed[info.name] = info.size
            }
        }
    }

    func isCompleted(_ name: String) -> Bool { completed.contains(name) }

    /// Returns whether the target had an object of the name.
    func isListed(_ name: String) -> Bool { listed[name] != nil }

    /// Returns whether the target has an object for an entry to refer to; touches it if locked.
    ///
    /// The size is 0 if it is not known.
    func has(_ name: String, size: UInt64, dryRun: Bool) async throws -> Bool {
        guard let listedSize = listed[name], size == 0 || size == listedSize else { return false }
        guard let local = locked else { return try await !pendingDeletions.contains(name) }
        if dryRun { return true }
        // A prune may have deleted the object since it was listed.
        guard (try? local.touch(name)) != nil else { return false }
        return try await local.info(name)?.isWhole ?? false
    }

    mutating func markCompleted(_ name: String) { completed.insert(name) }
}
