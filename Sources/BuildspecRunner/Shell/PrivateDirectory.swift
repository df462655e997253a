internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The directory of one build for scripts, saved state and helper commands.
///
/// Only its user can enter it. If commands run as other users too, all users can traverse it to their
/// own files, but no other user can list it, write to it, or read files of another user.
struct PrivateDirectory: Sendable {
    let path: FilePath

    /// The lock, held as long as the process lives; a directory without a lock is abandoned.
    private let lock: FileLock?

    /// Creates a private directory, and removes those of killed builds from `parent`, because they may
    /// have secrets.
    init(in parent: FilePath) throws(Errno) {
        var template = Array(parent.appending("buildspec-XXXXXX").string.utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(
            String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        )
        lock = AbandonedDirectories.lock(path)
        AbandonedDirectories.remove(from: parent)
    }

    /// Allows other users to traverse the directory to their files.
    func allowTraversal() throws(Errno) {
        try PrivateDirectory.setMode(0o711, of: path)
    }

    /// Creates a subdirectory that only its owner can enter; an `owner` of `nil` is this user.
    func createDirectory(_ name: String, of owner: UserAccount? = nil) throws(Errno) -> FilePath {
        let directory = path.appending(name)
        guard unsafe directory.withPlatformString({ unsafe mkdir($0, 0o700) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        try owner?.takeOwnership(of: directory)
        return directory
    }

    /// Creates a subdirectory that all users can read if they can traverse its parent.
    func createOpenDirectory(_ name: String) throws(Errno) -> FilePath {
        let directory = try createDirectory(name)
        try PrivateDirectory.setMode(0o755, of: directory)
        return directory
    }

    /// Creates a subdirectory in which all users can create files and remove only their own.
    func createSharedDirectory(_ name: String) throws(Errno) -> FilePath {
        let directory = try createDirectory(name)
        try PrivateDirectory.setMode(0o1777, of: directory)
        return directory
    }

    /// Creates a directory at a path below this one that all users can enter.
    func createTraversableDirectory(_ directory: FilePath, of owner: UserAccount?) throws(Errno) {
        guard unsafe directory.withPlatformString({ unsafe mkdir($0, 0o755) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        try PrivateDirectory.setMode(0o755, of: directory)
        try owner?.takeOwnership(of: directory)
    }

    private static func setMode(_ mode: mode_t, of path: FilePath) throws(Errno) {
        guard unsafe path.withPlatformString({ unsafe chmod($0, mode) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    func remove() {
        let parent = try? DirectoryHandle.open(PathBytes(path.removingLastComponent().string))
        if let name = path.lastComponent?.string { try? parent?.removeTree(name.utf8) }
    }
}

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
