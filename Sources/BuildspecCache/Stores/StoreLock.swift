internal import BuildspecFiles
internal import SystemPackage

/// Who refreshes an object and who removes old ones must not do it in the same moment.
extension LocalCacheStore {
    /// Takes the store's lock for a moment: shared to refresh, exclusive to look and remove.
    ///
    /// - Returns: the lock; `nil` where there can be none, such as on a read-only file system.
    func lock(_ kind: FileLock.Kind) -> FileLock? {
        let place = PathBytes(directory.string)
        return FileLock.take(place.appending("lock".utf8), kind, access: access)
    }

    /// The access of the store's files: that of the directory of its objects.
    var access: FileAccess {
        let objects = PathBytes(directory.string).appending(StoreLayout.top.utf8)
        let mode = (try? DirectoryHandle.open(objects).status())?.mode
        return mode.map { FileAccess(ofDirectory: $0) } ?? .owner
    }
}
