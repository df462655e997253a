internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A user of an image, as its `/etc/passwd` says.
struct ImageAccount: Sendable {
    let account: UserAccount

    /// Reads `/etc/passwd`; lines that say nothing are passed over.
    static func list(_ passwd: [UInt8]) -> [ImageAccount] {
        String(decoding: passwd, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap {
            line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(
                String.init
            )
            guard fields.count >= 6, let user = uid_t(fields[2]), let group = gid_t(fields[3])
            else {
                return nil
            }
            return ImageAccount(
                account: UserAccount(
                    name: fields[0],
                    userID: user,
                    groupID: group,
                    home: fields[5].isEmpty ? "/" : fields[5]
                )
            )
        }
    }
}

/// Who owns a file.
enum FileOwner {
    /// The owner's number.
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
