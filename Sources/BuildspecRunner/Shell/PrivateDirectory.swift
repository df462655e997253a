internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A directory of one build that only its user can enter: scripts, saved state, helper commands.
struct PrivateDirectory: Sendable {
    /// Where it is.
    let path: FilePath

    /// Creates a new one.
    ///
    /// - Parameter parent: the directory to create it in, such as `/tmp`.
    /// - Throws: `Errno`.
    init(in parent: FilePath) throws(Errno) {
        var template = Array(parent.appending("buildspec-XXXXXX").string.utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(
            String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        )
    }

    /// Creates a directory inside.
    ///
    /// - Throws: `Errno`.
    func createDirectory(_ name: String) throws(Errno) -> FilePath {
        let directory = path.appending(name)
        guard unsafe directory.withPlatformString({ unsafe mkdir($0, 0o700) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        return directory
    }

    /// Removes it with all that is in it.
    func remove() {
        let parent = try? DirectoryHandle.open(PathBytes(path.removingLastComponent().string))
        if let name = path.lastComponent?.string { try? parent?.removeTree(name.utf8) }
    }
}
