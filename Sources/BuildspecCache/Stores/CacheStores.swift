internal import SystemPackage

/// The stores of a cache: one on this machine, one that many machines share, or both.
public struct CacheStores: Sendable {
    /// The store on this machine; `nil` without a writable one.
    private(set) var local: (any LocalCacheStore)?
    /// The store that many machines share.
    private(set) var shared: (any CacheStore)?
    /// Both stores, combined; `nil` if there is one.
    var pair: StorePair?
    /// The store that a prune deletes from: of two, the shared one.
    private(set) var pruned: any CacheStore
    /// The directories of the stores; a bucket has none.
    private(set) var directories: [FilePath]
    /// The store that a prune deletes from, if it is a directory.
    private(set) var prunedDirectory: (any LocalCacheStore)?

    /// Creates the stores of a cache that has one on this machine.
    public init(local: any LocalCacheStore) {
        self.local = local
        pruned = local
        prunedDirectory = local
        directories = [local.directory]
    }

    /// Creates the stores of a cache that has one that many machines share.
    public init(shared: any CacheStore) {
        self.shared = shared
        pruned = shared
        directories = []
    }

    /// Creates the stores of a cache with a shared store and a local one that is asked first.
    public init(local: any LocalCacheStore, shared: any CacheStore) {
        self.local = local
        self.shared = shared
        pruned = shared
        pair = StorePair(local: local, shared: shared)
        directories = [local.directory]
    }

    /// Creates the stores of a cache whose shared store is a directory.
    public init(local: any LocalCacheStore, shared: any LocalCacheStore) {
        self.init(local: local, shared: shared as any CacheStore)
        prunedDirectory = shared
        directories.append(shared.directory)
    }

    /// The shared store, if it is a directory.
    var sharedDirectory: (any LocalCacheStore)? { isLocal ? nil : prunedDirectory }

    /// The store that operations read and write.
    var store: any CacheStore { pair ?? pruned }

    /// The location of the stores, for messages.
    var location: String { store.location }

    /// Whether all objects are on this machine, so that their sizes and ages are read at once.
    var isLocal: Bool { shared == nil }

    /// The local store, if it is the only one.
    var onlyLocal: (any LocalCacheStore)? { isLocal ? local : nil }

    /// Returns a copy that refuses changes; of two stores, the local one is still filled.
    func readOnly() -> CacheStores {
        var copy = self
        if let local, let shared {
            copy.shared = ReadOnlyStore(inner: shared)
            copy.pair = StorePair(local: local, shared: ReadOnlyStore(inner: shared))
        } else {
            copy.local = nil
        }
        copy.pruned = ReadOnlyStore(inner: pruned)
        return copy
    }

    /// Returns the notes for the user, and forgets them.
    func drainNotes() -> [String] { pair?.drainNotes() ?? [] }

    /// Returns whether other machines find a key record: not if only the local store has it.
    func isShared(_ record: String) -> Bool { pair?.isShared(record) ?? true }
}
