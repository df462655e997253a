internal import BuildspecFiles
internal import CProcess
internal import Dispatch
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A process that has given up the user's kernel keyrings and the input of terminals, for itself and
/// for all that it starts.
///
/// Both are given up between the start of the process and that of its program. The process library
/// starts everything from one thread of its own and has no place for it, so this is done here.
final class ConfinedProcess: Sendable {
    /// Why nothing can be kept from a process.
    struct Problem: Error, CustomStringConvertible {
        var error: Errno

        var description: String {
            "the kernel's keyrings and terminals cannot be kept from its commands: seccomp says "
                + "'\(error)'; it needs a kernel with seccomp filters, or run without '--sandbox'"
        }
    }

    /// Its number, and that of its group.
    let number: pid_t
    /// Whether its number is free again.
    private let hasEnded = Mutex(false)

    /// Starts a program at the root directory, without input, in a session of its own.
    ///
    /// - Parameters:
    ///   - launch: the program; its directory and its user are not looked at.
    ///   - output: its standard output; the caller keeps its own.
    ///   - errors: its standard error.
    /// - Throws: `Errno`, or `Problem`.
    init(
        _ launch: ProcessSpec,
        output: FileDescriptor,
        errors: FileDescriptor
    ) async throws {
        number = try await withTaskExecutorPreference(BlockingExecutor.shared) {
            try ConfinedProcess.start(launch, output, errors)
        }
    }

    private static func start(
        _ launch: ProcessSpec,
        _ output: FileDescriptor,
        _ errors: FileDescriptor
    ) throws -> pid_t {
        #if os(Linux)
            let nothing = FilePath("/dev/null")
            let input = try FileDescriptor.open(nothing, .readOnly, options: .closeOnExec)
            defer { try? input.close() }
            let files = [input.rawValue, output.rawValue, errors.rawValue]
            let words = [launch.program.string] + launch.arguments
            let variables = launch.environment.map { "\($0.key)=\($0.value)" }
            var error: CInt = 0
            var isConfinement: CInt = 0
            let process = unsafe Spawn.withCStrings(words) { words in
                unsafe Spawn.withCStrings(variables) { variables in
                    unsafe process_start(
                        launch.program.string,
                        words,
                        variables,
                        files,
                        &error,
                        &isConfinement
                    )
                }
            }
            if process > 0 { return process }
            let reason = Errno(rawValue: error)
            if isConfinement != 0 { throw Problem(error: reason) }
            throw reason
        #else
            throw Errno.notSupported
        #endif
    }

    /// Waits for its end; must be called once.
    ///
    /// When the task is cancelled, its group gets TERM and, after the grace period, KILL.
    ///
    /// - Returns: the exit status; 128 and the signal's number when a signal ended it.
    func end(grace: Duration) async -> Int32 {
        await withTaskCancellationHandler {
            await withTaskExecutorPreference(BlockingExecutor.shared) { wait() }
        } onCancel: {
            send(SIGTERM)
            // What is stopped goes on, or it would not notice.
            send(SIGCONT)
            let nanoseconds = Int(clamping: grace.nanoseconds)
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) {
                self.send(SIGKILL)
            }
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

    /// Runs a program to its end and takes what it writes.
    ///
    /// - Parameters:
    ///   - launch: the program.
    ///   - errors: its standard error; `nil` for that of which the output is taken.
    ///   - grace: how long it has between TERM and KILL when the task is cancelled.
    ///   - started: called with its number.
    /// - Returns: its status as `end` has it, and what it wrote.
    /// - Throws: what `init` throws, or `Errno` when it writes more than a megabyte.
    static func capture(
        _ launch: ProcessSpec,
        errors: FileDescriptor? = nil,
        grace: Duration = .zero,
        started: (pid_t) -> Void = { _ in }
    ) async throws -> (status: Int32, output: [UInt8]) {
        let (near, far) = try Pipe.open()
        defer { try? near.close() }
        let process: ConfinedProcess
        do {
            defer { try? far.close() }
            process = try await ConfinedProcess(launch, output: far, errors: errors ?? far)
        }
        started(process.number)
        async let status = process.end(grace: grace)
        let output = await withTaskExecutorPreference(BlockingExecutor.shared) {
            ConfinedProcess.read(near, atMost: 1 << 20)
        }
        guard let output else {
            process.send(SIGKILL)
            _ = await status
            throw Errno.fileTooLarge
        }
        return (await status, output)
    }

    /// Everything up to the end; `nil` when that is too much.
    private static func read(_ end: FileDescriptor, atMost limit: Int) -> [UInt8]? {
        var all: [UInt8] = []
        while true {
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                let space = UnsafeMutableRawBufferPointer(buffer)
                count = unsafe (try? end.read(into: space)) ?? 0
            }
            if chunk.isEmpty { return all }
            all += chunk
            if all.count > limit { return nil }
        }
    }
}
