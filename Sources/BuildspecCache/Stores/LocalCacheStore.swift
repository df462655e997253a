internal import BuildspecFiles
public import SystemPackage

/// A store in a directory of this machine, with more operations than a remote one.
public protocol LocalCacheStore: CacheStore {
    /// The directory of the objects; a save never reads it as content.
    var directory: FilePath { get }

    /// Starts an object whose name is known only when all of it is written.
    ///
    /// - Returns: The handle for writing, or `nil` if the store accepts only whole objects.
    func beginUpload() throws(StoreError) -> (any ObjectUpload)?

    /// Sets an object's time to now, so that a prune that runs meanwhile does not delete it.
    func touch(_ name: String) throws(StoreError)

    /// Deletes the unfinished files of writers that were killed, and none that a running writer
    /// needs.
    ///
    /// - Parameter dryRun: Whether to count only.
    /// - Returns: The number of files that were deleted, or would be.
    /// - Throws: When the store cannot be read.
    func removeLeftovers(dryRun: Bool) throws(StoreError) -> Int
}

extension LocalCacheStore {
    /// Returns `nil`: the store accepts only whole objects.
    public func beginUpload() throws(StoreError) -> (any ObjectUpload)? { nil }

    /// Returns 0, which is right for a store without unfinished files.
    public func removeLeftovers(dryRun: Bool) throws(StoreError) -> Int { 0 }
}

/// An object that is written in parts.
///
/// No reader finds it before it has its name. If it gets none, it is deleted with its last
/// reference.
public protocol ObjectUpload: Sendable {
    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws(StoreError)

    /// Gives the object its name, and replaces an object that has it; called once, at the end.
    func finish(as name: String) throws(StoreError)
}

extension LocalCacheStore {
    /// Acquires the lock that keeps touching and deleting an object apart.
    ///
    /// Hold it shared while touching; hold it exclusive while reading an object's age and deleting
    /// the object. It is `nil` where none is possible, such as on a read-only file system.
    func lock(_ kind: FileLock.Kind) -> FileLock? {
        let directory = PathBytes(directory.string)
        return FileLock.acquire(directory.appending("lock".utf8), kind, access: access)
    }

    /// The access rights of the store's files: those of the directory of its objects.
    var access: FileAccess {
        let objects = PathBytes(directory.string).appending(StoreLayout.top.utf8)
        let mode = (try? DirectoryHandle.open(objects).status())?.mode
        return mode.map { FileAccess(ofDirectory: $0) } ?? .owner
    }
}
