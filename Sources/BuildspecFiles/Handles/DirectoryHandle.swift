#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An open directory; everything named in it is reached through it and links are never followed.
///
/// The `*at` system calls make what is read and written independent of what happens to the path
/// above, so no link planted on the way can lead out of the tree.
package final class DirectoryHandle: Sendable {
    package let descriptor: CInt
    /// The path it was opened by, for messages.
    package let path: PathBytes

    private init(descriptor: CInt, path: PathBytes) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Opens a directory by its path, which is trusted: links on the way are followed.
    package static func open(_ path: PathBytes) throws(FileError) -> DirectoryHandle {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let descriptor = unsafe withCString(path.bytes) { name in
            unsafe openat(AT_FDCWD, name, flags)
        }
        if descriptor < 0 { throw FileError("open the directory", path.text, number: errno) }
        return DirectoryHandle(descriptor: descriptor, path: path)
    }

    /// Opens a directory in this one; a link is refused.
    package func directory(_ name: some Collection<UInt8>) throws(FileError) -> DirectoryHandle {
        if let directory = try directoryIfThere(name) { return directory }
        throw failure("open the directory", name)
    }

    /// Opens a directory in this one, or says `nil` if there is nothing of that name; a link is refused.
    func directoryIfThere(
        _ name: some Collection<UInt8>
    ) throws(FileError) -> DirectoryHandle? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe withCString(name) { unsafe openat(self.descriptor, $0, flags) }
        if descriptor >= 0 {
            return DirectoryHandle(descriptor: descriptor, path: path.appending(name))
        }
        if errno == ENOENT { return nil }
        throw failure("open the directory", name)
    }

    /// Opens a directory in this one although it is a link.
    func followedDirectory(_ name: some Collection<UInt8>) throws(FileError) -> DirectoryHandle {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let descriptor = unsafe withCString(name) { unsafe openat(self.descriptor, $0, flags) }
        if descriptor < 0 { throw failure("open the directory", name) }
        return DirectoryHandle(descriptor: descriptor, path: path.appending(name))
    }

    /// What a link leads to.
    enum LinkEnd: Sendable {
        /// A directory, perhaps one that this process may not list.
        case directory
        /// Something else.
        case other
        /// Nothing: its end is missing, or it leads to itself.
        case nothing
    }

    /// What a link in this one leads to.
    func end(of link: some Collection<UInt8>) -> LinkEnd {
        do throws(FileError) {
            _ = try followedDirectory(link)
            return .directory
        } catch {
            switch error.code {
            case .permissionDenied: return .directory
            case .notFound, .isLink: return .nothing
            default: return .other
            }
        }
    }

    /// The status of a name, or `nil` if there is none.
    package func status(_ name: some Collection<UInt8>) throws(FileError) -> FileStatus? {
        var status = stat()
        let result = unsafe withCString(name) {
            unsafe fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW)
        }
        if result == 0 { return FileStatus(status) }
        if errno == ENOENT { return nil }
        throw failure("look at", name)
    }

    /// The status of the directory itself.
    package func status() throws(FileError) -> FileStatus {
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0 { return FileStatus(status) }
        throw failure("look at", "".utf8)
    }

    /// The names in the directory, sorted by their bytes, `.` and `..` left out.
    package func names() throws(FileError) -> [[UInt8]] {
        // fdopendir takes the descriptor over, so it gets one of its own.
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        if own < 0 { throw failure("list", "".utf8) }
        guard let stream = unsafe fdopendir(own) else {
            let error = failure("list", "".utf8)
            close(own)
            throw error
        }
        defer { unsafe closedir(stream) }
        // The place in the directory is shared with the first descriptor.
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

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        // d_name is a fixed array in the header, but the record ends behind the name's last byte,
        // so the name is read through a pointer and never as the whole array.
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        let start = unsafe UnsafeRawPointer(entry) + offset
        let name = unsafe start.assumingMemoryBound(to: UInt8.self)
        let length = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
        return unsafe Array(UnsafeBufferPointer(start: name, count: length))
    }

    func failure(_ action: String, _ name: some Collection<UInt8>) -> FileError {
        let number = errno
        let full = name.isEmpty ? path : path.appending(name)
        return FileError(action, full.text, number: number)
    }
}
