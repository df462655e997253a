internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Access to the runner's files of a few kilobytes: saved state, scripts, the build number.
enum SmallFile {
    /// Reads a file of the runner.
    static func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter { try contents(of: file) }
    }

    /// Replaces a file by a new one with a text.
    static func write(
        _ text: String,
        to path: FilePath,
        permissions: FilePermissions = .ownerReadWrite
    ) throws {
        try write(Array(text.utf8), to: path, permissions: permissions)
    }

    /// Replaces a file by a new one, whose owner is this user if `owner` is `nil`.
    ///
    /// The old file is removed, not truncated. ext4 flushes a file that was truncated and written again
    /// to the disk when it is closed, which takes milliseconds.
    static func write(
        _ bytes: [UInt8],
        to path: FilePath,
        owner: UserAccount? = nil,
        permissions: FilePermissions = .ownerReadWrite
    ) throws {
        try remove(path)
        let file = try FileDescriptor.open(
            path,
            .writeOnly,
            options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: permissions
        )
        try file.closeAfter {
            _ = try file.writeAll(bytes)
            try owner?.takeOwnership(of: file)
        }
    }

    /// An error about a state file of a command that is not a regular file of the command's user.
    struct Untrusted: Error, CustomStringConvertible {
        var path: FilePath

        var description: String {
            "the state file '\(path)' is not a regular file of the command's user"
        }
    }

    /// Reads a regular file in a directory in which commands may create files; a link is not followed, and
    /// `Untrusted` is thrown for any other file.
    static func readRegular(_ path: FilePath) throws -> [UInt8] {
        do {
            // Without `nonBlocking`, the open of a named pipe would wait forever.
            let options: FileDescriptor.OpenOptions = [.noFollow, .nonBlocking, .closeOnExec]
            let file = try FileDescriptor.open(path, .readOnly, options: options)
            return try file.closeAfter { try contents(of: file, at: path, owner: nil) }
        } catch Errno.tooManySymbolicLinkLevels {
            throw Untrusted(path: path)
        }
    }

    /// Reads and removes a regular file that another user may have created, if it exists.
    ///
    /// A link at the path, or instead of its directory, is not followed. Throws `Untrusted` if the file is
    /// not a regular one of `owner`.
    static func consume(_ path: FilePath, of owner: uid_t) throws -> [UInt8]? {
        guard let name = path.lastComponent?.string else { return nil }
        do {
            let directory = try FileDescriptor.open(
                path.removingLastComponent(),
                .readOnly,
                options: [.directory, .noFollow, .closeOnExec]
            )
            return try directory.closeAfter {
                let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
                let number = unsafe openat(directory.rawValue, name, flags)
                guard number >= 0 else { throw Errno(rawValue: errno) }
                let file = FileDescriptor(rawValue: number)
                let bytes = try file.closeAfter { try contents(of: file, at: path, owner: owner) }
                guard unsafe unlinkat(directory.rawValue, name, 0) == 0 else {
                    throw Errno(rawValue: errno)
                }
                return bytes
            }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch Errno.tooManySymbolicLinkLevels, Errno.notDirectory {
            throw Untrusted(path: path)
        }
    }

    /// Reads an open file that must be a regular file of `owner`; `nil` accepts any owner.
    private static func contents(
        of file: FileDescriptor,
        at path: FilePath,
        owner: uid_t?
    ) throws -> [UInt8] {
        var status = stat()
        guard unsafe fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        // A second hard link could be a file in another directory.
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
            owner == nil || status.st_uid == owner, status.st_size <= 1 << 26
        else { throw Untrusted(path: path) }
        return try contents(of: file)
    }

    /// Removes a file, if it exists.
    static func remove(_ path: FilePath) throws {
        let result = unsafe path.withPlatformString { unsafe unlink($0) }
        guard result == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
    }

    /// Reads the rest of an open file.
    static func contents(of file: FileDescriptor) throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let chunk = unsafe try [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, count in
                count = unsafe try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if chunk.isEmpty { return all }
            all += chunk
        }
    }
}
