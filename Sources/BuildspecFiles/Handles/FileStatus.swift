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

    /// Returns the status of a file; links are followed.
    ///
    /// - Parameter path: The trusted path of the file.
    /// - Returns: The status, or `nil` if the file does not exist.
    /// - Throws: `FileError` when the status cannot be read.
    package static func following(_ path: PathBytes) throws(FileError) -> FileStatus? {
        try of(path, flags: 0)
    }

    /// Returns the status of a file; of a link, the status of the link itself.
    ///
    /// - Parameter path: The path of the file, of which all but the last name is trusted.
    /// - Returns: The status, or `nil` if the name does not exist.
    /// - Throws: `FileError` when the status cannot be read.
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
