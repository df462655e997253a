internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The private directories of builds that were killed.
///
/// A directory in use has a lock. A process number would not be enough, because the parent directory
/// may be shared with containers, which have other process numbers. The name of the lock file marks a
/// private directory: a store has a lock too, and may be in the same parent under a similar name.
enum AbandonedDirectories {
    private static let lockName = ".buildspec-lock"

    /// The age in seconds from which a directory without a lock is removed, because the build of a
    /// newer one may be about to lock it.
    private static let minimumAge: Int64 = 60

    /// Locks a directory that is in use; `nil` if the file system has no locks.
    static func lock(_ directory: FilePath) -> FileLock? {
        FileLock.acquire(PathBytes(directory.appending(lockName).string), .exclusive, waits: false)
    }

    /// Removes the abandoned directories of this user.
    ///
    /// - Parameter parent: The directory with the private directories.
    static func remove(from parent: FilePath) {
        guard let handle = try? DirectoryHandle.open(PathBytes(parent.string)),
            let names = try? handle.names()
        else { return }
        for name in names where isName(name) {
            let path = parent.appending(String(decoding: name, as: UTF8.self))
            if isOwn(path), isAbandoned(path) { try? handle.removeTree(name) }
        }
    }

    /// Whether `mkdtemp` may have made `name` from the template of `PrivateDirectory`.
    private static func isName(_ name: some Collection<UInt8>) -> Bool {
        name.count == 16 && name.starts(with: "buildspec-".utf8)
    }

    private static func isOwn(_ directory: FilePath) -> Bool {
        var status = stat()
        guard unsafe directory.withPlatformString({ unsafe lstat($0, &status) }) == 0 else {
            return false
        }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && [0o700, 0o711].contains(status.st_mode & 0o777)
    }

    private static func isAbandoned(_ directory: FilePath) -> Bool {
        guard let handle = try? DirectoryHandle.open(PathBytes(directory.string)),
            let isStore = try? handle.status("buildspec-store".utf8) != nil, !isStore,
            let file = (try? handle.status(lockName.utf8)) ?? nil, file.kind == .regular,
            file.modified.seconds < FileTime.now().seconds - minimumAge
        else { return false }
        return lock(directory) != nil
    }
}
