internal import BuildspecFiles
internal import SystemPackage

/// Who refreshes an object and who removes old ones must not do it in the same moment.
extension LocalCacheStore {
    /// Takes the store's lock for a moment: shared to refresh, exclusive to look and remove.
    ///
    /// - Returns: the lock; `nil` where there can be none, such as on a read-only file system.
    func lock(_ kind: FileLock.Kind) -> FileLock? {
        FileLock.take(PathBytes(directory.string).appending("lock".utf8), kind)
    }
}
