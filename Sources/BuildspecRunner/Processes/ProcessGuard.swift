internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Ends the build's processes when this one is killed, and so cannot do it.
///
/// A shell waits for the end of its input, which comes with the end of this process, whatever ends it.
/// By its input it knows the process groups. Linux's signal at a parent's death would reach the shell of
/// a command only, and neither what that has started nor what has become another user.
final class ProcessGuard: Sendable {
    private static let script = """
        trap '' HUP INT QUIT TERM
        cd /
        while read -r word list; do
            [ "$word" != over ] || exit 0
            groups=$list
        done
        reach() {
            reached=
            for group in $groups; do kill "$1" "-$group" && reached=1; done
            [ "$reached" ]
        }
        reach -TERM
        reach -CONT
        tries=0
        while reach -0 && [ $tries -lt 20 ]; do
            sleep 0.1
            tries=$((tries + 1))
        done
        reach -KILL
        for process in /proc/[0-9]*; do
            [ "$process" != "/proc/$$" ] || continue
            if grep -qsF "CODEBUILD_BUILD_ID=$1" "$process/environ" ||
                grep -qsF "$2/script.sh" "$process/cmdline"; then
                kill -KILL "${process#/proc/}"
            fi
        done

        """

    /// Guards that are told that the build is over, and perhaps have not ended yet.
    private static let dismissed = Mutex<[pid_t]>([])

    private let process: pid_t
    private let line: FileDescriptor

    /// Starts the shell.
    ///
    /// - Parameters:
    ///   - id: the build's identifier, by which daemons are known.
    ///   - directory: the build's private directory, by which a command is known that has just started
    ///     and whose group nobody has told yet.
    /// - Throws: `Errno`.
    init(ofBuild id: String, in directory: FilePath) throws(Errno) {
        let (near, far) = try ProcessGuard.line()
        defer { try? far.close() }
        do throws(Errno) {
            let nothing = try ProcessGuard.nothing()
            defer { try? nothing.close() }
            process = try Spawn.start(
                "/bin/sh",
                ["-c", ProcessGuard.script, "buildspec-guard", id, directory.string],
                environment: ["PATH": BuildEnvironment.standardPath],
                input: far,
                output: nothing,
                errors: "/dev/null"
            )
        } catch {
            try? near.close()
            throw error
        }
        line = near
    }

    /// Says which process groups there are now.
    func note(_ groups: Set<pid_t>) {
        tell("groups \(groups.map(String.init).joined(separator: " "))\n")
    }

    deinit {
        tell("over\n")
        try? line.close()
        // It ends in a moment, for which nobody waits; those before have ended by now.
        let process = process
        ProcessGuard.dismissed.withLock { all in
            all = (all + [process]).filter { waitpid($0, nil, WNOHANG) == 0 }
        }
    }

    private func tell(_ text: String) {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        let bytes = Array(text.utf8)
        _ = unsafe send(line.rawValue, bytes, bytes.count, flags)
    }

    /// A line to the shell; a write to it never ends this process, as one to a pipe may.
    private static func line() throws(Errno) -> (near: FileDescriptor, far: FileDescriptor) {
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, stream, 0, &ends) == 0 else {
            throw Errno(rawValue: errno)
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }

    private static func nothing() throws(Errno) -> FileDescriptor {
        let number = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: number)
    }

    #if canImport(Glibc)
        private static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif
}
