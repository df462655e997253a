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
        PrivateDirectory.remove(path)
    }

    private static func remove(_ path: FilePath) {
        for name in SmallFile.names(in: path) {
            let entry = path.appending(name)
            guard unsafe entry.withPlatformString({ unsafe unlink($0) }) != 0 else { continue }
            remove(entry)
        }
        _ = unsafe path.withPlatformString { unsafe rmdir($0) }
    }
}
