internal import BuildspecFiles
internal import CProcess
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A process that has no access to the user's kernel keyrings and to the input of terminals, and whose
/// children have none.
///
/// The accesses must be dropped after the process starts and before its program starts. The process
/// library has no hook for that.
final class ConfinedProcess: Sendable {
    /// An error for a process that cannot be confined.
    struct Problem: Error, CustomStringConvertible {
        var error: Errno

        var description: String {
            "cannot deny its commands the kernel's keyrings and terminals: seccomp says "
                + "'\(error)'; use a kernel with seccomp filters, or run without '--sandbox'"
        }
    }

    /// The number of the process, and of its group.
    let number: pid_t
    /// Whether the process was collected, so that another one can have its number.
    private let hasEnded = Mutex(false)

    /// Starts a program at the root directory, without input, in a new session.
    ///
    /// The directory and the user of `spec` are ignored. The caller closes the descriptors.
    init(_ spec: ProcessSpec, output: FileDescriptor, errors: FileDescriptor) async throws {
        number = try await withTaskExecutorPreference(BlockingExecutor.shared) {
            try ConfinedProcess.start(spec, output, errors)
        }
    }

    private static func start(
        _ spec: ProcessSpec,
        _ output: FileDescriptor,
        _ errors: FileDescriptor
    ) throws -> pid_t {
        #if os(Linux)
            let null = FilePath("/dev/null")
            let input = try FileDescriptor.open(null, .readOnly, options: .closeOnExec)
            defer { try? input.close() }
            let files = [input.rawValue, output.rawValue, errors.rawValue]
            let words = [spec.program.string] + spec.arguments
            let variables = spec.environment.map { "\($0.key)=\($0.value)" }
            var error: CInt = 0
            var failedToConfine: CInt = 0
            let process = unsafe Spawn.withCStrings(words) { words in
                unsafe Spawn.withCStrings(variables) { variables in
                    unsafe process_start(
                        spec.program.string,
                        words,
                        variables,
                        files,
                        &error,
                        &failedToConfine
                    )
                }
            }
            if process > 0 { return process }
            let reason = Errno(rawValue: error)
            if failedToConfine != 0 { throw Problem(error: reason) }
            throw reason
        #else
            throw Errno.notSupported
        #endif
    }

    /// Waits for the end of the process, and returns the exit status as `ProcessRunner.run` does; must be
    /// called once.
    ///
    /// When the task is cancelled, the process group gets TERM and, after the grace period, KILL.
    func waitForEnd(grace: Duration) async -> Int32 {
        await withTaskCancellationHandler {
            await withTaskExecutorPreference(BlockingExecutor.shared) { wait() }
        } onCancel: {
            send(SIGTERM)
            // A stopped process handles TERM only after it continues.
            send(SIGCONT)
            Pause.call(after: grace) { self.send(SIGKILL) }
        }
    }

    private func wait() -> Int32 {
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) != 0,
            errno == EINTR
        {}
        return hasEnded.withLock { hasEnded in
            hasEnded = true
            var status: Int32 = 0
            while unsafe waitpid(number, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            return signal == 0 ? status >> 8 & 0xff : 128 + signal
        }
    }

    private func send(_ signal: Int32) {
        hasEnded.withLock { if !$0 { kill(-number, signal) } }
    }

    /// Runs a program to its end and returns its output; throws if that is more than a megabyte.
    ///
    /// Without `errors` the standard error is captured with the standard output. `started` is called with
    /// the number of the process.
    static func capture(
        _ spec: ProcessSpec,
        errors: FileDescriptor? = nil,
        grace: Duration = .zero,
        started: (pid_t) -> Void = { _ in }
    ) async throws -> (status: Int32, output: [UInt8]) {
        let (readEnd, writeEnd) = try Pipe.open()
        defer { try? readEnd.close() }
        let process: ConfinedProcess
        do {
            defer { try? writeEnd.close() }
            process = try await ConfinedProcess(spec, output: writeEnd, errors: errors ?? writeEnd)
        }
        started(process.number)
        async let status = process.waitForEnd(grace: grace)
        let output = await withTaskExecutorPreference(BlockingExecutor.shared) {
            ConfinedProcess.read(readEnd, atMost: 1 << 20)
        }
        guard let output else {
            process.send(SIGKILL)
            _ = await status
            throw Errno.fileTooLarge
        }
        return (await status, output)
    }

    /// Reads up to the end; returns `nil` if there are more bytes than the limit.
    private static func read(_ end: FileDescriptor, atMost limit: Int) -> [UInt8]? {
        var all: [UInt8] = []
        while true {
            let chunk = Pipe.read(end, upTo: 1 << 16)
            if chunk.isEmpty { return all }
            all += chunk
            if all.count > limit { return nil }
        }
    }
}
