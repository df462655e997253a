internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A program of the engine that stays connected with a container until that ends.
///
/// A Ctrl-C at the terminal does not reach it but only the build, which ends the container in its own
/// order.
final class ContainerClient: Sendable {
    /// Where to write what the container reads.
    let input: FileDescriptor
    /// Where to read what the container writes.
    let output: FileDescriptor

    private let process: pid_t
    private let inputIsOpen = Mutex(true)

    /// Starts it.
    ///
    /// - Parameters:
    ///   - engine: the engine.
    ///   - arguments: its arguments.
    ///   - errors: a file for what the engine itself says.
    /// - Throws: `Errno`.
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

    /// Writes a line; false when nobody reads any more.
    func send(_ line: String) -> Bool {
        inputIsOpen.withLock { isOpen in
            guard isOpen else { return false }
            return (try? input.writeAll((line + "\n").utf8)) != nil
        }
    }

    /// Ends the container's input, and so the container.
    func closeInput() {
        inputIsOpen.withLock { isOpen in
            if isOpen { try? input.close() }
            isOpen = false
        }
    }

    /// Kills the program, not the container; only before `wait` has returned.
    func destroy() {
        kill(process, SIGKILL)
    }

    /// Waits for the program's end, and kills it when the time is over; blocks.
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
