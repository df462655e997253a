internal import BuildspecCache
internal import BuildspecRunner

/// A recorded miss of a build with its explanation.
struct RecordedMiss {
    /// The requested identity, and the time of the build.
    var entry: MissedEntry
    /// Why the store had no entry.
    var explanation: CacheExplanation
}
