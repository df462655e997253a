#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A lock on a file among processes, held until the last reference goes or the process ends.
package final class FileLock: Sendable {
    /// Who may hold it beside this one.
    package enum Kind: Sendable {
        /// Others that share it.
        case shared
        /// Nobody.
        case exclusive
    }

    private let descriptor: CInt

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - path: a file that exists only to be locked; it is made if it is missing. A link is refused.
    ///   - kind: who may hold it too.
    ///   - waits: whether to wait for others.
    ///   - access: who may use it, if it is made.
    /// - Returns: the lock; `nil` when another holds it, or there can be none here.
    package static func take(
        _ path: PathBytes,
        _ kind: Kind,
        waits: Bool = true,
        access: FileAccess = .owner
    ) -> FileLock? {
        guard let lock = opened(path, access) else { return nil }
        let descriptor = lock.descriptor
        let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)
        while flock(descriptor, operation) != 0 {
            guard errno == EINTR else { return nil }
        }
        return lock
    }

    private static func opened(_ path: PathBytes, _ access: FileAccess) -> FileLock? {
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        func attempt(_ more: CInt) -> CInt {
            unsafe withCString(path.bytes) { unsafe open($0, flags | more, mode_t(access.file)) }
        }
        var descriptor = attempt(0)
        if descriptor < 0, errno == ENOENT {
            descriptor = attempt(O_CREAT | O_EXCL)
            // The process's mask does not count.
            if descriptor >= 0 { _ = fchmod(descriptor, mode_t(access.file)) }
            if descriptor < 0, errno == EEXIST { descriptor = attempt(0) }
        }
        return descriptor < 0 ? nil : FileLock(descriptor)
    }
}
