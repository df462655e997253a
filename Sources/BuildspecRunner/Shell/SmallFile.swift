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

    /// Replaces a file by a new one.
    ///
    /// - Throws: `Errno`.
    static func write(_ bytes: [UInt8], to path: FilePath) throws {
        try remove(path)
        try put(bytes, to: path, [.create, .exclusiveCreate, .closeOnExec], .ownerReadWrite)
    }

    /// Adds to a file's end.
    ///
    /// - Throws: `Errno`.
    static func append(_ text: String, to path: FilePath) throws {
        try put(Array(text.utf8), to: path, [.append, .create, .closeOnExec], .ownerReadWrite)
    }

    /// Puts a file in another's place, if there is one.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `Errno`.
    @discardableResult
    static func move(_ path: FilePath, to place: FilePath) throws -> Bool {
        guard PathProbe(path) != nil else { return false }
        try remove(place)
        let result = unsafe path.withPlatformString { old in
            unsafe place.withPlatformString { unsafe rename(old, $0) }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
        return true
    }

    private static func remove(_ path: FilePath) throws {
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
        _ permissions: FilePermissions
    ) throws {
        let file = try FileDescriptor.open(
            path,
            .writeOnly,
            options: options,
            permissions: permissions
        )
        try file.closeAfter { _ = try file.writeAll(bytes) }
    }
}
