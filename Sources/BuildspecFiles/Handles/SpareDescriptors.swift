#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Checks that file descriptors are free before a library needs them.
///
/// Starting a process opens several files, and so do timers and signals. If the system refuses one of
/// them, the libraries wait forever or end this process, so buildspec checks before.
package enum SpareDescriptors {
    /// The error that too many files are open.
    package struct Exhausted: Error, Equatable, CustomStringConvertible {
        /// The number of files that this process can have open.
        package var limit: UInt64

        package var description: String {
            "too many files are open: the limit is \(limit); raise it with 'ulimit -n'"
        }
    }

    /// The number of descriptors that starting a process needs: pipes, directories, the null
    /// device, the process itself, and two event queues for the first process.
    private static let forProcess = 14

    package static func requireForProcess() throws(Exhausted) { try require(forProcess) }

    package static func require(_ count: Int) throws(Exhausted) {
        if areFree(count) { return }
        throw Exhausted(limit: limit)
    }

    /// The number of files that the system allows this process to have open.
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
