extension BuildCache {
    /// The same cache for looking into: of two stores the near one is not filled from the far one,
    /// and nothing in it counts as used.
    ///
    /// - Returns: the cache.
    public func looking() -> BuildCache { changed { $0.use(.looking) } }

    /// What the user should know of the store and was not told yet, a line each.
    public func drainNotes() -> [String] { settings.store.drainNotes() }
}

extension CacheSettings {
    /// Uses the stores, if there are two, for something else.
    mutating func use(_ use: TieredStore.Use) {
        guard let tiers = store as? TieredStore else { return }
        store = TieredStore(tiers, for: use)
    }
}
