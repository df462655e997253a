#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A point in time as file systems keep it: seconds since 1970 and nanoseconds on top.
package struct FileTime: Sendable, Hashable, Comparable {
    package var seconds: Int64
    /// 0 ..< 1,000,000,000, also before 1970.
    package var nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The time, or the nearest that is at most so many seconds before or behind 1970.
    package func within(_ limit: Int64) -> FileTime {
        if seconds < -limit { return FileTime(seconds: -limit, nanoseconds: 0) }
        return seconds > limit ? FileTime(seconds: limit, nanoseconds: 0) : self
    }

    /// The time now.
    package static func now() -> FileTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return FileTime(time)
    }

    init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    var systemTime: timespec {
        var time = timespec()
        time.tv_sec = .init(seconds)
        time.tv_nsec = .init(nanoseconds)
        return time
    }
}

/// What a directory entry is.
package enum FileKind: Sendable, Hashable {
    case regular
    case directory
    case link
    /// A pipe, a socket or a device.
    case special
}

/// What the file system says of a file, links not followed.
package struct FileStatus: Sendable, Hashable {
    package var kind: FileKind
    /// Permission bits, with set-id and sticky bits: at most `0o7777`.
    package var mode: UInt32
    package var size: UInt64
    package var modified: FileTime
    package var changed: FileTime
    package var device: UInt64
    package var inode: UInt64
    package var linkCount: UInt64

    /// Which file it is on this machine, whatever its names.
    package struct Identity: Sendable, Hashable {
        package var device: UInt64
        package var inode: UInt64
    }

    package var identity: Identity { Identity(device: device, inode: inode) }

    init(_ status: stat) {
        let type = UInt32(status.st_mode) & UInt32(S_IFMT)
        kind =
            switch type {
            case UInt32(S_IFREG): .regular
            case UInt32(S_IFDIR): .directory
            case UInt32(S_IFLNK): .link
            default: .special
            }
        mode = UInt32(status.st_mode) & 0o7777
        size = UInt64(max(0, status.st_size))
        #if canImport(Darwin)
            modified = FileTime(status.st_mtimespec)
            changed = FileTime(status.st_ctimespec)
        #else
            modified = FileTime(status.st_mtim)
            changed = FileTime(status.st_ctim)
        #endif
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
        linkCount = UInt64(status.st_nlink)
    }

    /// The status of what a path leads to, links followed.
    ///
    /// - Parameter path: its path, which is trusted.
    /// - Returns: the status, or `nil` when nothing is there.
    /// - Throws: when that cannot be told.
    package static func following(_ path: PathBytes) throws(FileError) -> FileStatus? {
        try of(path, flags: 0)
    }

    /// The status of a name as it is: of the link itself, if it is one.
    ///
    /// - Parameter path: its path, which is trusted but for its last name.
    /// - Returns: the status, or `nil` when there is no such name.
    /// - Throws: when that cannot be told.
    package static func named(_ path: PathBytes) throws(FileError) -> FileStatus? {
        try of(path, flags: AT_SYMLINK_NOFOLLOW)
    }

    private static func of(_ path: PathBytes, flags: CInt) throws(FileError) -> FileStatus? {
        var status = stat()
        let result = unsafe withCString(path.bytes) {
            unsafe fstatat(AT_FDCWD, $0, &status, flags)
        }
        if result == 0 { return FileStatus(status) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError("look at", path.text, number: errno)
    }
}
