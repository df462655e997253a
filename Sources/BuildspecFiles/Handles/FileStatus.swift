#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The kind of a file.
package enum FileKind: Sendable, Hashable {
    case regular
    case directory
    case link
    /// A pipe, a socket or a device.
    case special
}

/// The status of a file as the file system reports it; of a link, the status of the link itself.
package struct FileStatus: Sendable, Hashable {
    package var kind: FileKind
    /// Permission bits, with the set-ID and sticky bits: at most `0o7777`.
    package var mode: UInt32
    package var size: UInt64
    package var modified: FileTime
    package var changed: FileTime
    package var device: UInt64
    package var inode: UInt64
    package var linkCount: UInt64

    /// The identity of a file on this machine, whatever its names are.
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

    /// Returns the status of a file by a trusted path, with links followed; `nil` without one.
    package static func following(_ path: PathBytes) throws(FileError) -> FileStatus? {
        try of(path, flags: 0)
    }

    /// Returns the status of a file, of a link that of the link; all but the last name is trusted.
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
        throw FileError("read the status of", path.text, number: errno)
    }
}

extension FileStatus {
    /// The longest time between two ticks of the clock that file systems take their times from.
    package static let clockTick: Int64 = 20_000_000

    /// Returns whether a later change can leave this status as it is.
    ///
    /// That can happen while the clock that file systems take their times from has not ticked since
    /// the last change.
    package func mayHideChanges(at now: FileTime = .now()) -> Bool {
        // No arithmetic on a time that can be any number, as on some file systems.
        guard changed.seconds == now.seconds || changed.seconds == now.seconds - 1 else {
            return false
        }
        let seconds = now.seconds - changed.seconds
        let age = seconds * 1_000_000_000 + Int64(now.nanoseconds) - Int64(changed.nanoseconds)
        return age >= 0 && age < FileStatus.clockTick
    }
}

/// A point in time as file systems store it: seconds since 1970, and nanoseconds.
package struct FileTime: Sendable, Hashable, Comparable {
    package var seconds: Int64
    /// From 0 to 999,999,999, also before 1970.
    package var nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Returns the time, or the nearest time that is at most `limit` seconds before or after 1970.
    package func within(_ limit: Int64) -> FileTime {
        if seconds < -limit { return FileTime(seconds: -limit, nanoseconds: 0) }
        return seconds > limit ? FileTime(seconds: limit, nanoseconds: 0) : self
    }

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

extension FileTime {
    /// Nanoseconds since 1970, clamped to the years 1677 to 2262.
    package var nanosecondsSinceEpoch: Int64 {
        seconds.multipliedClamped(by: 1_000_000_000).addingClamped(Int64(nanoseconds))
    }
}
