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
    ///   - path: a file that exists only to be locked; it is made if it is missing.
    ///   - kind: who may hold it too.
    ///   - waits: whether to wait for others.
    /// - Returns: the lock; `nil` when another holds it, or there can be none here.
    package static func take(_ path: PathBytes, _ kind: Kind, waits: Bool = true) -> FileLock? {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC
        let descriptor = unsafe withCString(path.bytes) { unsafe open($0, flags, mode_t(0o666)) }
        guard descriptor >= 0 else { return nil }
        let lock = FileLock(descriptor)
        let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)
        while flock(descriptor, operation) != 0 {
            guard errno == EINTR else { return nil }
        }
        return lock
    }
}
