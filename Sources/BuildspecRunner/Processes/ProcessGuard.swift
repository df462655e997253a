internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A shell that ends the build's processes if this process is killed.
///
/// The shell waits for the end of its input, which comes with the end of this process, whatever ends it.
/// The shell reads the process groups from its input. Linux's signal at a parent's death would reach only
/// the shell of a command, not that shell's children or processes of another user.
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

    /// Guards that know that the build is over, and may not have ended yet.
    private static let dismissed = Mutex<[pid_t]>([])

    private let process: pid_t
    private let socket: FileDescriptor

    /// Starts the shell.
    ///
    /// It finds daemons by the build's identifier. By the private directory it finds a command that has just
    /// started and whose group it does not know yet.
    init(ofBuild id: String, in directory: FilePath) throws {
        let (guardEnd, shellEnd) = try ProcessGuard.socketPair()
        defer { try? shellEnd.close() }
        do {
            let null = try FileDescriptor.open(
                FilePath("/dev/null"),
                .writeOnly,
                options: .closeOnExec
            )
            defer { try? null.close() }
            process = try Spawn.start(
                "/bin/sh",
                ["-c", ProcessGuard.script, "buildspec-guard", id, directory.string],
                environment: ["PATH": BuildEnvironment.standardPath],
                input: shellEnd,
                output: null,
                errors: "/dev/null"
            )
        } catch {
            try? guardEnd.close()
            throw error
        }
        socket = guardEnd
    }

    /// Reports the process groups that run now.
    func update(_ groups: Set<pid_t>) {
        write("groups \(groups.map(String.init).joined(separator: " "))\n")
    }

    deinit {
        write("over\n")
        try? socket.close()
        // The shell ends soon; waiting is left to a later guard.
        let process = process
        ProcessGuard.dismissed.withLock { all in
            all = (all + [process]).filter { waitpid($0, nil, WNOHANG) == 0 }
        }
    }

    private func write(_ text: String) {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        let bytes = Array(text.utf8)
        _ = unsafe send(socket.rawValue, bytes, bytes.count, flags)
    }

    /// Opens a socket pair, because a write to a pipe could end this process with SIGPIPE.
    private static func socketPair() throws(Errno) -> (FileDescriptor, FileDescriptor) {
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, stream, 0, &ends) == 0 else {
            throw Errno(rawValue: errno)
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }

    #if canImport(Glibc)
        private static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif
}
