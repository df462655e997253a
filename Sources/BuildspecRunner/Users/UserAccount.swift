internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A user that commands can run as.
struct UserAccount: Sendable, Equatable {
    /// The user's name.
    var name: String
    /// The user's number.
    var userID: uid_t
    /// The number of the user's primary group.
    var groupID: gid_t
    /// The numbers of all groups, with the primary one.
    var groups: [gid_t]
    /// The home directory, which need not exist.
    var home: String

    /// Creates an account whose groups the container's engine finds.
    init(name: String, userID: uid_t, groupID: gid_t, home: String) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
        groups = [groupID]
        self.home = home
    }

    /// Finds a user of this machine; `nil` if no user has the name.
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

    private static func groups(of name: String, _ primary: gid_t) -> [gid_t] {
        var count: Int32 = 64
        // If the list is too short, the first call returns the count for the second one.
        for _ in 1...2 {
            #if canImport(Darwin)
                var groups = [Int32](repeating: 0, count: Int(count))
                let result = unsafe getgrouplist(name, Int32(bitPattern: primary), &groups, &count)
            #else
                var groups = [gid_t](repeating: 0, count: Int(count))
                let result = unsafe getgrouplist(name, primary, &groups, &count)
            #endif
            if result >= 0 {
                return groups.prefix(Int(count)).map { gid_t(truncatingIfNeeded: $0) }
            }
        }
        return [primary]
    }
}

extension UserAccount {
    /// Reads the accounts of `/etc/passwd`; invalid lines are skipped.
    static func list(passwd: [UInt8]) -> [UserAccount] {
        String(decoding: passwd, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap {
            line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                .map(String.init)
            guard fields.count >= 6, let user = uid_t(fields[2]), let group = gid_t(fields[3])
            else { return nil }
            return UserAccount(
                name: fields[0],
                userID: user,
                groupID: group,
                home: fields[5].isEmpty ? "/" : fields[5]
            )
        }
    }

    /// Makes this user the owner of an open file.
    ///
    /// - Throws: `Errno`.
    func takeOwnership(of file: FileDescriptor) throws(Errno) {
        guard fchown(file.rawValue, userID, groupID) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Makes this user the owner of the file at a path; a link is not followed.
    ///
    /// - Throws: `Errno`.
    func takeOwnership(of path: FilePath) throws(Errno) {
        let result = unsafe path.withPlatformString { unsafe lchown($0, userID, groupID) }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
