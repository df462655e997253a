#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A lock on a file between processes, which is held until its last reference or the process ends.
package final class FileLock: Sendable {
    /// The kind of a lock.
    package enum Kind: Sendable {
        /// Others can hold a shared lock at the same time.
        case shared
        /// No other lock can be held at the same time.
        case exclusive
    }

    private let descriptor: CInt

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Acquires a lock on a file that exists only to be locked; `nil` if it cannot be locked.
    ///
    /// A missing file is created for the users of `access`, and a link is refused. Unless the call
    /// waits, the result is also `nil` while another process holds the lock.
    package static func acquire(
        _ path: PathBytes,
        _ kind: Kind,
        waits: Bool = true,
        access: FileAccess = .owner
    ) -> FileLock? {
        guard let lock = openFile(path, access) else { return nil }
        let descriptor = lock.descriptor
        let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)
        while flock(descriptor, operation) != 0 {
            guard errno == EINTR else { return nil }
        }
        return lock
    }

    private static func openFile(_ path: PathBytes, _ access: FileAccess) -> FileLock? {
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        func attempt(_ more: CInt) -> CInt {
            unsafe withCString(path.bytes) { unsafe open($0, flags | more, mode_t(access.file)) }
        }
        var descriptor = attempt(0)
        if descriptor < 0, errno == ENOENT {
            descriptor = attempt(O_CREAT | O_EXCL)
            // The access applies whatever the umask is.
            if descriptor >= 0 { _ = fchmod(descriptor, mode_t(access.file)) }
            if descriptor < 0, errno == EEXIST { descriptor = attempt(0) }
        }
        return descriptor < 0 ? nil : FileLock(descriptor)
    }
}
