internal import BuildspecCache
internal import BuildspecRunner

/// A miss of a build, explained later.
struct RecordedMiss {
    /// What the build looked for, and when.
    var entry: MissedEntry
    /// Why it was not there.
    var explanation: CacheExplanation
}
