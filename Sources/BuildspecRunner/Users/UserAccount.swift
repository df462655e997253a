internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A user of this machine that commands can run as.
struct UserAccount: Sendable, Equatable {
    /// The name.
    var name: String
    /// The user's number.
    var userID: uid_t
    /// The number of the user's own group.
    var groupID: gid_t
    /// All groups, the own one among them.
    var groups: [gid_t]
    /// The home directory, which need not exist.
    var home: String

    /// A user whose groups are somebody else's business.
    init(name: String, userID: uid_t, groupID: gid_t, home: String) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
        groups = [groupID]
        self.home = home
    }

    /// Looks a user up; `nil` when this machine has none of that name.
    init?(named name: String) {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let result = unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        guard result == 0, unsafe found != nil else { return nil }
        self.name = name
        userID = unsafe entry.pw_uid
        groupID = unsafe entry.pw_gid
        home = unsafe entry.pw_dir.map { unsafe String(cString: $0) } ?? "/"
        groups = UserAccount.groups(of: name, groupID)
    }

    private static func groups(of name: String, _ own: gid_t) -> [gid_t] {
        var count: Int32 = 64
        // The second call has room for what the first one counted.
        for _ in 1...2 {
            #if canImport(Darwin)
                var groups = [Int32](repeating: 0, count: Int(count))
                let result = unsafe getgrouplist(name, Int32(bitPattern: own), &groups, &count)
            #else
                var groups = [gid_t](repeating: 0, count: Int(count))
                let result = unsafe getgrouplist(name, own, &groups, &count)
            #endif
            if result >= 0 {
                return groups.prefix(Int(count)).map { gid_t(truncatingIfNeeded: $0) }
            }
        }
        return [own]
    }
}

extension UserAccount {
    /// Hands an open file over to this user.
    ///
    /// - Throws: `Errno`.
    func take(_ file: FileDescriptor) throws(Errno) {
        guard fchown(file.rawValue, userID, groupID) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Hands over what is at a path; a link there is not followed.
    ///
    /// - Throws: `Errno`.
    func take(_ path: FilePath) throws(Errno) {
        let result = unsafe path.withPlatformString { unsafe lchown($0, userID, groupID) }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
