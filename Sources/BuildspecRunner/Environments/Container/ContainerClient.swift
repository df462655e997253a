internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A program of the engine that stays connected with a container until the container ends.
///
/// A Ctrl-C at the terminal reaches only the build, which then ends the container.
final class ContainerClient: Sendable {
    /// The container's standard input, to write to.
    let input: FileDescriptor
    /// The container's standard output, to read from.
    let output: FileDescriptor

    private let process: pid_t
    private let isInputOpen = Mutex(true)

    /// Starts the program, whose own messages go to the file `errors`.
    init(_ engine: ContainerEngine, _ arguments: [String], errors: FilePath) throws(Errno) {
        let (readEnd, inputEnd) = try Pipe.open()
        let outputEnd: FileDescriptor
        let writeEnd: FileDescriptor
        do throws(Errno) {
            (outputEnd, writeEnd) = try Pipe.open()
        } catch {
            try? readEnd.close()
            try? inputEnd.close()
            throw error
        }
        defer { for end in [readEnd, writeEnd] { try? end.close() } }
        input = inputEnd
        output = outputEnd
        do throws(Errno) {
            process = try Spawn.start(
                engine.program,
                arguments,
                environment: engine.environment,
                input: readEnd,
                output: writeEnd,
                errors: errors
            )
        } catch {
            for end in [inputEnd, outputEnd] { try? end.close() }
            throw error
        }
    }

    deinit {
        closeInput()
        try? output.close()
    }

    /// Writes a line; returns `false` if the input is closed.
    func send(_ line: String) -> Bool {
        isInputOpen.withLock { isOpen in
            guard isOpen else { return false }
            return (try? input.writeAll((line + "\n").utf8)) != nil
        }
    }

    /// Closes the container's input, which ends the container.
    func closeInput() {
        isInputOpen.withLock { isOpen in
            if isOpen { try? input.close() }
            isOpen = false
        }
    }

    /// Kills the program, not the container; must not be called after `wait` has returned.
    func destroy() {
        kill(process, SIGKILL)
    }

    /// Waits for the program's end and kills the program after `limit`; blocks.
    func wait(atMost limit: Duration) {
        let end = ContinuousClock.now + limit
        while true {
            let found = waitpid(process, nil, WNOHANG)
            if found > 0 || found < 0 && errno != EINTR { return }
            guard ContinuousClock.now < end else { break }
            usleep(10_000)
        }
        destroy()
        wait()
    }

    /// Waits for the program's end; blocks.
    func wait() {
        while waitpid(process, nil, 0) < 0, errno == EINTR {}
    }
}
