#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An open directory, through which its files are reached without following links.
///
/// The `*at` system calls do not depend on the path above the directory, so a link that another
/// process creates on that path cannot lead out of the tree.
package final class DirectoryHandle: Sendable {
    package let descriptor: CInt
    /// The path that the directory was opened by, for messages.
    package let path: PathBytes

    private init(descriptor: CInt, path: PathBytes) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Opens a directory by a trusted path: links in the path are followed.
    package static func open(_ path: PathBytes) throws(FileError) -> DirectoryHandle {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let descriptor = unsafe withCString(path.bytes) { name in
            unsafe openat(AT_FDCWD, name, flags)
        }
        if descriptor < 0 { throw FileError("open the directory", path.text, number: errno) }
        return DirectoryHandle(descriptor: descriptor, path: path)
    }

    /// Opens a subdirectory; a link is refused.
    package func directory(_ name: some Collection<UInt8>) throws(FileError) -> DirectoryHandle {
        if let directory = try directoryIfExists(name) { return directory }
        throw failure("open the directory", name)
    }

    /// Opens a subdirectory, or returns `nil` if the name does not exist; a link is refused.
    func directoryIfExists(_ name: some Collection<UInt8>) throws(FileError) -> DirectoryHandle? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe withCString(name) { unsafe openat(self.descriptor, $0, flags) }
        if descriptor >= 0 {
            return DirectoryHandle(descriptor: descriptor, path: path.appending(name))
        }
        if errno == ENOENT { return nil }
        throw failure("open the directory", name)
    }

    /// Opens a subdirectory, also through a link.
    func directoryFollowingLink(
        _ name: some Collection<UInt8>
    ) throws(FileError) -> DirectoryHandle {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let descriptor = unsafe withCString(name) { unsafe openat(self.descriptor, $0, flags) }
        if descriptor < 0 { throw failure("open the directory", name) }
        return DirectoryHandle(descriptor: descriptor, path: path.appending(name))
    }

    /// The kind of file that a link leads to.
    enum LinkTargetKind: Sendable {
        /// A directory, perhaps one that this process may not list.
        case directory
        /// A file that is not a directory.
        case other
        /// Nothing, because the target does not exist.
        case nothing
        /// Nothing, because the link leads to itself.
        case circle
    }

    /// Returns the kind of file that a link in this directory leads to.
    func targetKind(of link: some Collection<UInt8>) -> LinkTargetKind {
        do throws(FileError) {
            _ = try directoryFollowingLink(link)
            return .directory
        } catch {
            switch error.code {
            case .permissionDenied: return .directory
            case .notFound: return .nothing
            case .isLink: return .circle
            default: return .other
            }
        }
    }

    /// Returns the status of a name, or `nil` if the name does not exist.
    package func status(_ name: some Collection<UInt8>) throws(FileError) -> FileStatus? {
        var status = stat()
        let result = unsafe withCString(name) {
            unsafe fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW)
        }
        if result == 0 { return FileStatus(status) }
        if errno == ENOENT { return nil }
        throw failure("read the status of", name)
    }

    package func status() throws(FileError) -> FileStatus {
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0 { return FileStatus(status) }
        throw failure("read the status of", "".utf8)
    }

    /// Returns the names in the directory, sorted by their bytes, without `.` and `..`.
    package func names() throws(FileError) -> [[UInt8]] {
        // fdopendir takes ownership of a descriptor, so it gets a duplicate.
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        if duplicate < 0 { throw failure("list", "".utf8) }
        guard let stream = unsafe fdopendir(duplicate) else {
            let error = failure("list", "".utf8)
            close(duplicate)
            throw error
        }
        defer { unsafe closedir(stream) }
        // Both descriptors share one position in the directory.
        unsafe rewinddir(stream)
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe DirectoryHandle.name(of: entry)
            let isSelfOrAbove = name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") }
            if !isSelfOrAbove { names.append(name) }
        }
        if errno != 0 { throw failure("list", "".utf8) }
        names.sort { PathBytes($0) < PathBytes($1) }
        return names
    }

    /// Returns the number of free bytes in the directory's file system, or `nil` if it is unknown.
    package func freeBytes() -> UInt64? {
        var status = statvfs()
        guard unsafe fstatvfs(descriptor, &status) == 0, status.f_blocks > 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        // d_name is a fixed array in the header, but the record ends after the name's last byte,
        // so the name is read through a pointer and never as the whole array.
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        let start = unsafe UnsafeRawPointer(entry) + offset
        let name = unsafe start.assumingMemoryBound(to: UInt8.self)
        let length = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
        return unsafe Array(UnsafeBufferPointer(start: name, count: length))
    }

    /// Returns an error with `errno` for an action on a name; an empty name means the directory
    /// itself.
    func failure(_ action: String, _ name: some Collection<UInt8>) -> FileError {
        let number = errno
        let full = name.isEmpty ? path : path.appending(name)
        return FileError(action, full.text, number: number)
    }
}
