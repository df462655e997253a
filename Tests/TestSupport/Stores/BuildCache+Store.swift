package import BuildspecCache
package import SystemPackage

extension BuildCache {
    /// Creates a cache with one store on this machine.
    package init(
        store: any LocalCacheStore,
        codec: Codec = .zstd,
        indexDirectory: FilePath? = nil
    ) {
        self.init(
            stores: CacheStores(local: store),
            codec: codec,
            indexDirectory: indexDirectory
        )
    }

    /// Creates a cache with one shared store.
    package init(
        store: any CacheStore,
        codec: Codec = .zstd,
        indexDirectory: FilePath? = nil
    ) {
        self.init(
            stores: CacheStores(shared: store),
            codec: codec,
            indexDirectory: indexDirectory
        )
    }
}
