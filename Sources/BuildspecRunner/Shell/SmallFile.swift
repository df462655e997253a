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

    /// Reads and removes a file that another user may have made.
    ///
    /// - Parameters:
    ///   - path: where it is; a link there is not followed.
    ///   - owner: whose it must be.
    /// - Returns: its bytes, or `nil` when there is nothing.
    /// - Throws: `Errno`, or `Untrusted` when it is anything but a plain file of the owner.
    static func take(_ path: FilePath, of owner: uid_t) throws -> [UInt8]? {
        let file: FileDescriptor
        do {
            // Not blocking, or a named pipe would hold the build up.
            let options: FileDescriptor.OpenOptions = [.noFollow, .nonBlocking, .closeOnExec]
            file = try FileDescriptor.open(path, .readOnly, options: options)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch Errno.tooManySymbolicLinkLevels {
            throw Untrusted(path: path)
        }
        let bytes = try file.closeAfter {
            var status = stat()
            guard unsafe fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            // A second name could be that of a file elsewhere.
            guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
                status.st_uid == owner, status.st_size <= 1 << 26
            else { throw Untrusted(path: path) }
            return try contents(of: file)
        }
        try remove(path)
        return bytes
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
            try owner?.take(file)
        }
    }
}
