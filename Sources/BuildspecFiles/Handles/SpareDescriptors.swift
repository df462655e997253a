#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Room for the files that are about to be opened.
///
/// The start of a process opens several at once, and so do timers and signals. The libraries that do it
/// wait for ever, or end this process, when one of them is refused; so it is asked for before.
package enum SpareDescriptors {
    /// Too many files are open.
    package struct Missing: Error, Equatable, CustomStringConvertible {
        /// How many the system allows this process.
        package var limit: UInt64

        /// One line with its remedy.
        package var description: String {
            "too many files are open: the limit is \(limit); raise it with 'ulimit -n'"
        }
    }

    /// How many the start of a process takes: pipes, directories, the null device, the process itself,
    /// and with the first one two event queues.
    private static let forProcess = 14

    /// Checks that a process can be started.
    ///
    /// - Throws: `Missing` when too many files are open.
    package static func requireForProcess() throws(Missing) { try require(forProcess) }

    /// Checks that so many files can be opened.
    ///
    /// - Throws: `Missing` when they cannot.
    package static func require(_ count: Int) throws(Missing) {
        if areFree(count) { return }
        throw Missing(limit: limit)
    }

    /// How many files the system allows this process to have open.
    package static var limit: UInt64 {
        var limits = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        _ = unsafe getrlimit(resource, &limits)
        return UInt64(limits.rlim_cur)
    }

    private static func areFree(_ count: Int) -> Bool {
        var opened: [CInt] = []
        defer { for number in opened { close(number) } }
        let first = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard first >= 0 else { return false }
        opened.append(first)
        while opened.count < count {
            let next = fcntl(first, F_DUPFD_CLOEXEC, 0)
            guard next >= 0 else { return false }
            opened.append(next)
        }
        return true
    }
}
