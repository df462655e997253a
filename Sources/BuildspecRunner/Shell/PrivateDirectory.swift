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
    /// The path of the directory.
    let path: FilePath

    /// The lock, held as long as the process lives; a directory without a lock is abandoned.
    private let lock: FileLock?

    /// Creates a private directory, and removes those of killed builds from `parent`, because they may
    /// have secrets.
    ///
    /// - Parameter parent: The directory in which to create it, such as `/tmp`.
    /// - Throws: `Errno`.
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
    ///
    /// - Throws: `Errno`.
    func allowTraversal() throws(Errno) {
        try PrivateDirectory.setMode(0o711, of: path)
    }

    /// Creates a subdirectory that only its owner can enter.
    ///
    /// - Parameters:
    ///   - name: The name of the subdirectory.
    ///   - owner: The owner; `nil` is this user.
    /// - Returns: The path of the subdirectory.
    /// - Throws: `Errno`.
    func createDirectory(_ name: String, of owner: UserAccount? = nil) throws(Errno) -> FilePath {
        let directory = path.appending(name)
        guard unsafe directory.withPlatformString({ unsafe mkdir($0, 0o700) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        try owner?.takeOwnership(of: directory)
        return directory
    }

    /// Creates a subdirectory that all users can read if they can traverse its parent.
    ///
    /// - Throws: `Errno`.
    func createOpenDirectory(_ name: String) throws(Errno) -> FilePath {
        let directory = try createDirectory(name)
        try PrivateDirectory.setMode(0o755, of: directory)
        return directory
    }

    /// Creates a subdirectory in which all users can create files and remove only their own.
    ///
    /// - Throws: `Errno`.
    func createSharedDirectory(_ name: String) throws(Errno) -> FilePath {
        let directory = try createDirectory(name)
        try PrivateDirectory.setMode(0o1777, of: directory)
        return directory
    }

    /// Creates a directory at a path below this one that all users can enter.
    ///
    /// - Throws: `Errno`.
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

    /// Removes the directory and its contents.
    func remove() {
        let parent = try? DirectoryHandle.open(PathBytes(path.removingLastComponent().string))
        if let name = path.lastComponent?.string { try? parent?.removeTree(name.utf8) }
    }
}
