#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An open file, closed when the last reference goes.
package final class OpenFile: Sendable {
    package let descriptor: CInt
    private let place: Place

    /// What it was opened by; a path is made of it for messages only.
    private enum Place: Sendable {
        case path(PathBytes)
        case name(ArraySlice<UInt8>, in: DirectoryHandle)
    }

    private init(descriptor: CInt, _ place: Place) {
        self.descriptor = descriptor
        self.place = place
    }

    deinit {
        close(descriptor)
    }

    /// Opens `name` in `directory` for reading; a link is refused, a pipe does not block.
    package static func reading(
        _ name: ArraySlice<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) -> OpenFile {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let descriptor = unsafe withCString(name) { unsafe openat(directory.descriptor, $0, flags) }
        if descriptor < 0 { throw directory.failure("open", name) }
        return OpenFile(descriptor: descriptor, .name(name, in: directory))
    }

    /// Opens a file for reading by a trusted path; a pipe does not block.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - followsLink: whether the file itself may be a link; the directories above it always may.
    /// - Returns: the open file.
    /// - Throws: when it cannot be opened.
    package static func reading(
        _ path: PathBytes,
        followsLink: Bool = true
    ) throws(FileError) -> OpenFile {
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW)
        let descriptor = unsafe withCString(path.bytes) { unsafe openat(AT_FDCWD, $0, flags) }
        if descriptor < 0 { throw FileError("open", path.text, number: errno) }
        return OpenFile(descriptor: descriptor, .path(path))
    }

    /// Makes `name` in `directory`, which must not be there yet.
    package static func creating(
        _ name: ArraySlice<UInt8>,
        in directory: DirectoryHandle,
        mode: UInt32 = 0o600
    ) throws(FileError) -> OpenFile {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe withCString(name) {
            unsafe openat(directory.descriptor, $0, flags, mode_t(mode))
        }
        if descriptor < 0 { throw directory.failure("create", name) }
        return OpenFile(descriptor: descriptor, .name(name, in: directory))
    }

    /// Opens `name` in `directory`, which must be there, for writing; a link is refused.
    package static func writing(
        _ name: ArraySlice<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) -> OpenFile {
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let descriptor = unsafe withCString(name) { unsafe openat(directory.descriptor, $0, flags) }
        if descriptor < 0 { throw directory.failure("open", name) }
        return OpenFile(descriptor: descriptor, .name(name, in: directory))
    }

    /// The file's status.
    package func status() throws(FileError) -> FileStatus {
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0 { return FileStatus(status) }
        throw failure("look at")
    }

    /// Appends at most `count` bytes that begin at `offset` to `buffer`.
    ///
    /// - Returns: how many were appended; fewer than `count` only at the end of the file.
    package func read(
        _ count: Int,
        at offset: UInt64,
        appendingTo buffer: inout [UInt8]
    ) throws(FileError) -> Int {
        var done = 0
        var failed = false
        // Read right into the buffer: neither zeroed first nor copied.
        buffer.append(addingCapacity: count) { span in
            unsafe span.withUnsafeMutableBufferPointer { room, initialized in
                while done < count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(room)[done...]
                    let target = unsafe UnsafeMutableRawBufferPointer(rebasing: rest)
                    let position = off_t(offset) + off_t(done)
                    let result = unsafe pread(
                        descriptor,
                        target.baseAddress,
                        count - done,
                        position
                    )
                    if result < 0, errno == EINTR { continue }
                    failed = result < 0
                    if result <= 0 { break }
                    done += result
                }
                initialized = done
            }
        }
        if failed { throw failure("read") }
        return done
    }

    /// Writes all bytes, beginning at `offset`.
    package func write(_ bytes: Span<UInt8>, at offset: UInt64) throws(FileError) {
        var done = 0
        var failed = false
        unsafe bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                let position = off_t(offset) + off_t(done)
                let result = unsafe pwrite(descriptor, rest.baseAddress, rest.count, position)
                if result < 0, errno == EINTR { continue }
                failed = result <= 0
                if failed { break }
                done += result
            }
        }
        if failed { throw failure("write") }
    }

    /// Sets the permission bits.
    package func setMode(_ mode: UInt32) throws(FileError) {
        if fchmod(descriptor, mode_t(mode)) != 0 { throw failure("set the mode of") }
    }

    /// Sets the time of last change.
    package func setModified(_ time: FileTime) throws(FileError) {
        let times = [time.systemTime, time.systemTime]
        if unsafe futimens(descriptor, times) != 0 { throw failure("set the time of") }
    }

    private func failure(_ action: String) -> FileError {
        let number = errno
        let path =
            switch place {
            case .path(let path): path
            case .name(let name, let directory): directory.path.appending(name)
            }
        return FileError(action, path.text, number: number)
    }
}
