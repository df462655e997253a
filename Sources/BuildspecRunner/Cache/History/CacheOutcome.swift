public import BuildspecCache

/// What became of saving the cache.
public enum CacheSaveOutcome: Sendable, Equatable {
    /// There is no `cache` section, or no cache was wanted.
    case notWanted
    /// It was not saved; the text says why.
    case skipped(String)
    /// It could not be saved; the text says why.
    case failed(String)
    /// It was saved.
    case saved(SaveReport)
}

/// What became of restoring the cache.
public enum CacheRestoreOutcome: Sendable, Equatable {
    /// There is no `cache` section, or no cache was wanted.
    case notWanted
    /// It was not restored; the text says why.
    case skipped(String)
    /// It could not be restored; the text says why.
    case failed(String)
    /// The store was asked.
    case restored(RestoreReport)
}
