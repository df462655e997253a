internal import SystemPackage

/// The stores of a cache: one on this machine, one that many machines share, or both.
public struct CacheStores: Sendable {
    /// The store on this machine; `nil` if the cache has no local store, or only a read-only
    /// one.
    private(set) var local: (any LocalCacheStore)?
    /// The store that many machines share; `nil` if the cache has no shared store.
    private(set) var shared: (any CacheStore)?
    /// Both stores, combined; `nil` if there is one.
    var pair: StorePair?
    /// The only store; of two, the shared one.
    private var single: any CacheStore
    /// The directories of the stores; a bucket has none.
    let directories: [FilePath]
    /// The store that a prune deletes from, if it is a directory.
    let prunedDirectory: (any LocalCacheStore)?

    /// Creates the stores of a cache that has one on this machine.
    public init(local: any LocalCacheStore) {
        self.local = local
        single = local
        prunedDirectory = local
        directories = [local.directory]
    }

    /// Creates the stores of a cache that has one that many machines share.
    public init(shared: any CacheStore) {
        self.shared = shared
        single = shared
        prunedDirectory = nil
        directories = []
    }

    /// Creates the stores of a cache with a shared store and a local one that is asked first.
    public init(local: any LocalCacheStore, shared: any CacheStore) {
        self.local = local
        self.shared = shared
        single = shared
        pair = StorePair(local: local, shared: shared)
        prunedDirectory = nil
        directories = [local.directory]
    }

    /// Creates the stores of a cache whose shared store is a directory.
    public init(local: any LocalCacheStore, shared: any LocalCacheStore) {
        self.local = local
        self.shared = shared
        single = shared
        pair = StorePair(local: local, shared: shared)
        prunedDirectory = shared
        directories = [local.directory, shared.directory]
    }

    /// The shared store, if it is a directory.
    var sharedDirectory: (any LocalCacheStore)? { isLocal ? nil : prunedDirectory }

    /// The store that operations read and write.
    var store: any CacheStore { pair ?? single }

    /// The location of the stores, for messages.
    var location: String { store.location }

    /// Whether all objects are on this machine, so that their sizes and ages are read at once.
    var isLocal: Bool { shared == nil }

    /// The local store, if it is the only one.
    var onlyLocal: (any LocalCacheStore)? { isLocal ? local : nil }

    /// The store that a prune deletes from: of two, the shared one.
    var pruned: any CacheStore { single }

    /// Returns a copy that refuses changes; of two stores, the local one is still filled.
    func readOnly() -> CacheStores {
        var copy = self
        if let local, let shared {
            copy.shared = ReadOnlyStore(inner: shared)
            copy.pair = StorePair(local: local, shared: ReadOnlyStore(inner: shared))
        } else {
            copy.local = nil
        }
        copy.single = ReadOnlyStore(inner: single)
        return copy
    }

    /// Returns the notes for the user that have not been reported yet, one line each, and forgets
    /// them.
    func drainNotes() -> [String] { pair?.drainNotes() ?? [] }

    /// Returns whether all objects that a key record refers to are where its other readers find
    /// them: not if only the local store has the record.
    func isShared(_ record: String) -> Bool { pair?.isShared(record) ?? true }
}
