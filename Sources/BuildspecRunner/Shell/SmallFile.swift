internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Files of a few kilobytes that belong to the runner: saved state, scripts, the build number.
enum SmallFile {
    /// Reads a file.
    ///
    /// - Throws: `Errno`.
    static func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter { try contents(of: file) }
    }

    /// Replaces a file by a new one.
    ///
    /// It is removed first, not cut to nothing: ext4 sends a file that was cut and written again to
    /// the disk when it is closed, which takes milliseconds.
    ///
    /// - Throws: `Errno`.
    static func write(
        _ text: String,
        to path: FilePath,
        permissions: FilePermissions = .ownerReadWrite
    ) throws {
        try remove(path)
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
        try put(Array(text.utf8), to: path, options, permissions)
    }

    /// Replaces a file by a new one that only its owner can read.
    ///
    /// - Parameters:
    ///   - bytes: what it holds.
    ///   - path: where it is.
    ///   - owner: whose it is; `nil` is this user.
    /// - Throws: `Errno`.
    static func write(_ bytes: [UInt8], to path: FilePath, owner: UserAccount? = nil) throws {
        try remove(path)
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
        try put(bytes, to: path, options, .ownerReadWrite, owner)
    }

    /// Something in place of a file that a command should have left.
    struct Untrusted: Error, CustomStringConvertible {
        /// Where it is.
        var path: FilePath

        var description: String {
            "'\(path)' holds the state that the command leaves and is not a plain file of its user"
        }
    }

    /// Reads a file in a directory into which commands may put names; a link is not followed.
    ///
    /// - Throws: `Errno`, or `Untrusted` when it is no plain file.
    static func readPlain(_ path: FilePath) throws -> [UInt8] {
        do {
            // Not blocking, or a named pipe would hold the build up.
            let options: FileDescriptor.OpenOptions = [.noFollow, .nonBlocking, .closeOnExec]
            let file = try FileDescriptor.open(path, .readOnly, options: options)
            return try file.closeAfter { try contents(of: file, at: path, owner: nil) }
        } catch Errno.tooManySymbolicLinkLevels {
            throw Untrusted(path: path)
        }
    }

    /// Reads and removes a file that another user may have made.
    ///
    /// - Parameters:
    ///   - path: where it is; a link there, or in place of the directory, is not followed.
    ///   - owner: whose it must be.
    /// - Returns: its bytes, or `nil` when there is nothing.
    /// - Throws: `Errno`, or `Untrusted` when it is anything but a plain file of the owner.
    static func take(_ path: FilePath, of owner: uid_t) throws -> [UInt8]? {
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

    /// The bytes of an open file that is to be a plain one of its owner; `nil` is anybody.
    private static func contents(
        of file: FileDescriptor,
        at path: FilePath,
        owner: uid_t?
    ) throws -> [UInt8] {
        var status = stat()
        guard unsafe fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        // A second name could be that of a file elsewhere.
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
            owner == nil || status.st_uid == owner, status.st_size <= 1 << 26
        else { throw Untrusted(path: path) }
        return try contents(of: file)
    }

    /// Removes a file, if it is there.
    ///
    /// - Throws: `Errno`.
    static func remove(_ path: FilePath) throws {
        let result = unsafe path.withPlatformString { unsafe unlink($0) }
        guard result == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
    }

    /// The rest of an open file.
    ///
    /// - Throws: `Errno`.
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

    private static func put(
        _ bytes: [UInt8],
        to path: FilePath,
        _ options: FileDescriptor.OpenOptions,
        _ permissions: FilePermissions,
        _ owner: UserAccount? = nil
    ) throws {
        let file = try FileDescriptor.open(
            path,
            .writeOnly,
            options: options,
            permissions: permissions
        )
        try file.closeAfter {
            _ = try file.writeAll(bytes)
            try owner?.takeOwnership(of: file)
        }
    }
}
