/// Which packs and manifests the target of a transfer has, and will keep.
struct TargetObjects: Sendable {
    private let store: any CacheStore
    private let isLocked: Bool
    private var listed: [String: UInt64] = [:]
    /// What a prune has marked: an entry must not begin to rely on it.
    private let marked: PendingDeletions
    /// What this transfer has seen to.
    private var settled: Set<String> = []

    /// Lists what there is.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - isLocked: whether its objects are made young before they are relied on.
    /// - Throws: when it cannot be listed.
    init(_ store: any CacheStore, isLocked: Bool) async throws {
        self.store = store
        self.isLocked = isLocked
        marked = PendingDeletions(store)
        // Before the objects: what is listed then and was not marked before stays long enough.
        if !isLocked { _ = try await marked.contains("") }
        for prefix in [StoreLayout.packs, StoreLayout.manifests] {
            for info in try await store.listObjects(prefix: prefix) where info.isWhole {
                listed[info.name] = info.size
            }
        }
    }

    /// Whether the transfer has seen to an object already.
    func isSettled(_ name: String) -> Bool { settled.contains(name) }

    /// Whether there is an object of the name.
    func isListed(_ name: String) -> Bool { listed[name] != nil }

    /// Whether there is an object that may be relied on; on this machine it is made young first.
    ///
    /// - Parameters:
    ///   - name: the object.
    ///   - size: how large it should be; 0 is not known.
    ///   - isDry: whether nothing is to be changed.
    /// - Returns: whether there is.
    /// - Throws: when the store cannot tell.
    func has(_ name: String, size: UInt64, isDry: Bool) async throws -> Bool {
        guard let there = listed[name], size == 0 || size == there else { return false }
        guard isLocked, let local = store as? any LocalCacheStore else {
            return try await !marked.contains(name)
        }
        if isDry { return true }
        // A prune may have been quicker.
        guard (try? local.touch(name)) != nil else { return false }
        return try await local.info(name)?.isWhole ?? false
    }

    /// Notes that an object is there.
    mutating func settle(_ name: String) { settled.insert(name) }
}
