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
/// A lock says more than a process number would: the directory above may be shared with containers,
/// which have numbers of their own. Its name is the mark of these directories: a cache's store has a
/// lock too, and may lie beside them under a name like theirs.
enum AbandonedDirectories {
    private static let lockName = ".buildspec-lock"

    /// For how many seconds a directory that nobody has locked is left alone: its build may be about
    /// to lock it.
    private static let newness: Int64 = 60

    /// Shows that a directory is in use; `nil` where the file system has no locks.
    static func lock(_ directory: FilePath) -> FileLock? {
        FileLock.take(PathBytes(directory.appending(lockName).string), .exclusive, waits: false)
    }

    /// Removes those of this user; nothing else is touched.
    ///
    /// - Parameter parent: where they are.
    static func remove(from parent: FilePath) {
        guard let handle = try? DirectoryHandle.open(PathBytes(parent.string)),
            let names = try? handle.names()
        else { return }
        for name in names where isName(name) {
            let path = parent.appending(String(decoding: name, as: UTF8.self))
            if isOwn(path), isAbandoned(path) { try? handle.removeTree(name) }
        }
    }

    /// Whether `mkdtemp` may have made it of the template of `PrivateDirectory`.
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
            file.modified.seconds < FileTime.now().seconds - newness
        else { return false }
        return lock(directory) != nil
    }
}
