extension BuildCache {
    /// Returns a copy for commands that only show the cache.
    ///
    /// With two stores, such a copy does not fill the local store from the shared one, and no entry
    /// counts as used.
    ///
    /// - Returns: The cache.
    public func inspecting() -> BuildCache { changed { $0.use(.inspecting) } }

    /// Returns the notes about the store that have not been reported yet, one line each, and
    /// forgets them.
    public func drainNotes() -> [String] { settings.stores.drainNotes() }

    /// Lists the entries of the store, last used first.
    ///
    /// - Returns: The entries, and a line for every key record that cannot be read.
    /// - Throws: `CacheError` when the store cannot be read at all.
    public func entries() async throws -> (entries: [CacheEntryInfo], problems: [String]) {
        try await onBlockingThreads {
            try await CacheCatalog(stores: settings.stores, policy: policy).entries()
        }
    }
}

extension CacheSettings {
    /// Changes the use of two stores; one store has only one use.
    mutating func use(_ use: StorePair.Use) {
        stores.pair = stores.pair.map { StorePair($0, for: use) }
    }
}

/// The entries of a store, read from its key records.
struct CacheCatalog {
    let stores: CacheStores
    /// The policy that decides on each entry's trust; refused entries are listed too.
    var policy: CachePolicy?

    func entries() async throws -> (entries: [CacheEntryInfo], problems: [String]) {
        var entries: [CacheEntryInfo] = []
        var problems: [String] = []
        for info in try await stores.store.listObjects(prefix: StoreLayout.keys) {
            do throws(CacheError) {
                let reader = EntryReader(stores: stores)
                guard let record = try await reader.record(named: info.name) else { continue }
                entries.append(CacheEntryInfo(record, info, policy))
            } catch {
                guard error.code == .damaged else { throw error }
                problems.append("'\(info.name)': \(error)")
            }
        }
        entries.sort {
            ($0.lastUsed, $0.saved, $0.recordName) > ($1.lastUsed, $1.saved, $1.recordName)
        }
        return (entries, problems)
    }
}
