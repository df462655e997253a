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

    /// The problem of the save in one line; `nil` without a problem.
    var problem: String? {
        switch self {
        case .failed(let reason): reason
        case .saved(let report):
            report.sharedStoreFailure
                ?? (report.filesLeftOut > 0
                    ? "\(report.filesLeftOut) of the files could not be saved" : nil)
        case .notWanted, .skipped: nil
        }
    }
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

    /// The problem of the restore in one line; `nil` without a problem.
    var problem: String? {
        switch self {
        case .failed(let reason): reason
        case .restored(let report):
            if case .miss = report.outcome {
                report.notes.first
            } else {
                report.sharedStoreFailure
            }
        case .notWanted, .skipped: nil
        }
    }
}
