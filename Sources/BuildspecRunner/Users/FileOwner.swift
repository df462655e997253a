internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The owner of a file.
enum FileOwner {
    /// Returns the number of a file's owner.
    ///
    /// - Throws: `Errno`.
    static func of(_ path: FilePath) throws(Errno) -> uid_t {
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        return status.st_uid
    }
}
