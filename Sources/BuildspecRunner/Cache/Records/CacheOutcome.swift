public import BuildspecCache

/// The result of the save step of a build.
public enum CacheSaveOutcome: Sendable, Equatable {
    /// The buildspec has no `cache` section, or the build has no cache.
    case notWanted
    /// No entry was saved, for this reason.
    case skipped(String)
    /// The save failed, for this reason.
    case failed(String)
    /// The save ended, with this report.
    case saved(SaveReport)
}

/// The result of the restore step of a build.
public enum CacheRestoreOutcome: Sendable, Equatable {
    /// The buildspec has no `cache` section, or the build has no cache.
    case notWanted
    /// No entry was restored, for this reason.
    case skipped(String)
    /// The restore failed, for this reason.
    case failed(String)
    /// The restore ended, with a hit or a miss.
    case restored(RestoreReport)
}
