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
    var name: String
    var userID: uid_t
    /// The number of the user's primary group.
    var groupID: gid_t
    /// The numbers of all groups, with the primary one.
    var groups: [gid_t]
    /// The home directory, which need not exist.
    var home: String
}

extension UserAccount {
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

    /// Reads the accounts of `/etc/passwd`, whose groups the container's engine finds; invalid lines are
    /// skipped.
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
                groups: [group],
                home: fields[5].isEmpty ? "/" : fields[5]
            )
        }
    }

    /// Makes this user the owner of an open file.
    func takeOwnership(of file: FileDescriptor) throws(Errno) {
        guard fchown(file.rawValue, userID, groupID) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Makes this user the owner of the file at a path; a link is not followed.
    func takeOwnership(of path: FilePath) throws(Errno) {
        let result = unsafe path.withPlatformString { unsafe lchown($0, userID, groupID) }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}

/// The user of this machine that runs the build.
package enum HostUser {
    /// Returns the name for `CODEBUILD_INITIATOR`: the host's `USER` or `LOGNAME`, else `effectiveName()`.
    static func name(_ environment: [String: String]) -> String {
        let names = [environment["USER"], environment["LOGNAME"]].compactMap(\.self)
        return names.first { !$0.isEmpty } ?? effectiveName()
    }

    /// Returns the home of the account that processes run as, whatever `HOME` is.
    static func home() -> String? {
        UserAccount(named: effectiveName())?.home
    }

    /// Returns the name of the account that processes run as, or its number if it has no name.
    package static func effectiveName() -> String {
        let user = geteuid()
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let result = unsafe getpwuid_r(user, &entry, &buffer, buffer.count, &found)
        guard result == 0, unsafe found != nil, let name = unsafe entry.pw_name else {
            return String(user)
        }
        return unsafe String(cString: name)
    }
}

/// The owner of a file.
enum FileOwner {
    /// Returns the number of a file's owner.
    static func of(_ path: FilePath) throws(Errno) -> uid_t {
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        return status.st_uid
    }
}
