#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An open file, which is closed with its last reference.
package final class OpenFile: Sendable {
    package let descriptor: CInt
    private let origin: Origin

    /// The path or name that the file was opened by, kept for messages only.
    private enum Origin: Sendable {
        case path(PathBytes)
        case name(ArraySlice<UInt8>, in: DirectoryHandle)
    }

    private init(descriptor: CInt, _ origin: Origin) {
        self.descriptor = descriptor
        self.origin = origin
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
    /// `followsLink` is about the file itself; the directories above it can always be links.
    package static func reading(
        _ path: PathBytes,
        followsLink: Bool = true
    ) throws(FileError) -> OpenFile {
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW)
        let descriptor = unsafe withCString(path.bytes) { unsafe openat(AT_FDCWD, $0, flags) }
        if descriptor < 0 { throw FileError("open", path.text, number: errno) }
        return OpenFile(descriptor: descriptor, .path(path))
    }

    /// Creates and opens `name` in `directory`; an existing name is an error.
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

    /// Opens the existing file `name` in `directory` for writing; a link is refused.
    package static func writing(
        _ name: ArraySlice<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) -> OpenFile {
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let descriptor = unsafe withCString(name) { unsafe openat(directory.descriptor, $0, flags) }
        if descriptor < 0 { throw directory.failure("open", name) }
        return OpenFile(descriptor: descriptor, .name(name, in: directory))
    }

    package func status() throws(FileError) -> FileStatus {
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0 { return FileStatus(status) }
        throw failure("read the status of")
    }

    /// Returns the status of the file at a moment after which every change shows in the status.
    ///
    /// If the file was changed just now, the status is read again after the next tick of the clock.
    /// The result is `nil` for a file that is changed all the time.
    package func stableStatus() throws(FileError) -> FileStatus? {
        for attempt in 0..<2 {
            let status = try status()
            if !status.mayHideChanges() { return status }
            if attempt == 0 { usleep(UInt32(FileStatus.clockTick / 1_000) + 1_000) }
        }
        return nil
    }

    /// Reads at most `count` bytes from `offset` and appends them to `buffer`.
    ///
    /// Returns their number, which is less than `count` only at the end of the file.
    package func read(
        _ count: Int,
        at offset: UInt64,
        appendingTo buffer: inout [UInt8]
    ) throws(FileError) -> Int {
        var done = 0
        var failed = false
        // Read into uninitialized memory of the buffer, so that nothing is zeroed or copied.
        buffer.append(addingCapacity: count) { span in
            unsafe span.withUnsafeMutableBufferPointer { space, initialized in
                while done < count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(space)[done...]
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

    package func setMode(_ mode: UInt32) throws(FileError) {
        if fchmod(descriptor, mode_t(mode)) != 0 { throw failure("set the mode of") }
    }

    package func setModified(_ time: FileTime) throws(FileError) {
        let times = [time.systemTime, time.systemTime]
        if unsafe futimens(descriptor, times) != 0 { throw failure("set the time of") }
    }

    private func failure(_ action: String) -> FileError {
        let number = errno
        let path =
            switch origin {
            case .path(let path): path
            case .name(let name, let directory): directory.path.appending(name)
            }
        return FileError(action, path.text, number: number)
    }
}
