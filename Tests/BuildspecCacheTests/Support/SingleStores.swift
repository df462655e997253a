@testable import BuildspecCache

extension EntryReader {
    /// Creates a reader of one store on this machine.
    init(store: any LocalCacheStore) { self.init(stores: CacheStores(local: store)) }

    /// Creates a reader of one shared store.
    init(store: any CacheStore) { self.init(stores: CacheStores(shared: store)) }
}

extension ObjectWriter {
    /// Creates a writer to one store on this machine.
    init(store: any LocalCacheStore, codec: Codec) {
        self.init(stores: CacheStores(local: store), codec: codec)
    }

    /// Creates a writer to one shared store.
    init(store: any CacheStore, codec: Codec) {
        self.init(stores: CacheStores(shared: store), codec: codec)
    }
}
