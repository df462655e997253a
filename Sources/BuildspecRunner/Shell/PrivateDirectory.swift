internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A directory of one build: scripts, saved state, helper commands.
///
/// Only its user can enter it. Where commands run as other users too, everybody can go through it to
/// what they own in it, but nobody else can list it, write in it, or read what is another's.
struct PrivateDirectory: Sendable {
    /// Where it is.
    let path: FilePath

    /// Held as long as the process lives: a directory without is left over.
    private let lock: FileLock?

    /// Creates a new one, and removes those that builds which were killed have left beside it: secrets
    /// may be in them.
    ///
    /// - Parameter parent: the directory to create it in, such as `/tmp`.
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

    /// Lets other users go through it to what is theirs.
    ///
    /// - Throws: `Errno`.
    func letOthersThrough() throws(Errno) {
        try PrivateDirectory.setMode(0o711, of: path)
    }

    /// Creates a directory inside that only its owner can enter.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - owner: whose it is; `nil` is this user.
    /// - Returns: its path.
    /// - Throws: `Errno`.
    func createDirectory(_ name: String, of owner: UserAccount? = nil) throws(Errno) -> FilePath {
        let directory = path.appending(name)
        guard unsafe directory.withPlatformString({ unsafe mkdir($0, 0o700) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        try owner?.takeOwnership(of: directory)
        return directory
    }

    /// Creates a directory inside that everybody who comes as far can read.
    ///
    /// - Throws: `Errno`.
    func createOpenDirectory(_ name: String) throws(Errno) -> FilePath {
        let directory = try createDirectory(name)
        try PrivateDirectory.setMode(0o755, of: directory)
        return directory
    }

    /// Creates a directory inside in which everybody can make files, and remove only their own.
    ///
    /// - Throws: `Errno`.
    func createSharedDirectory(_ name: String) throws(Errno) -> FilePath {
        let directory = try createDirectory(name)
        try PrivateDirectory.setMode(0o1777, of: directory)
        return directory
    }

    /// Creates a directory somewhere inside that everybody can enter.
    ///
    /// - Throws: `Errno`.
    func createTraversableDirectory(_ place: FilePath, of owner: UserAccount?) throws(Errno) {
        guard unsafe place.withPlatformString({ unsafe mkdir($0, 0o755) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        try PrivateDirectory.setMode(0o755, of: place)
        try owner?.takeOwnership(of: place)
    }

    private static func setMode(_ mode: mode_t, of path: FilePath) throws(Errno) {
        guard unsafe path.withPlatformString({ unsafe chmod($0, mode) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    /// Removes it with all that is in it.
    func remove() {
        let parent = try? DirectoryHandle.open(PathBytes(path.removingLastComponent().string))
        if let name = path.lastComponent?.string { try? parent?.removeTree(name.utf8) }
    }
}
