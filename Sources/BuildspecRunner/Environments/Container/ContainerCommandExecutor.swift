internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Runs commands through the agents in a container.
struct ContainerCommandExecutor: CommandExecutor {
    let execution: ContainerEnvironment
    let output: OutputMultiplexer
    let grace: Duration

    func run(_ command: CommandSpec) async throws -> Int32 {
        try await run(command, outputFile: nil)
    }

    func capture(_ command: CommandSpec) async throws -> (status: Int32, output: [UInt8]) {
        let file = command.directory.appending("output")
        let status = try await run(command, outputFile: execution.pathInside(file))
        let owner = command.user?.userID ?? execution.fileOwner
        return (status, try SmallFile.consume(file, of: owner) ?? [])
    }

    private func run(_ command: CommandSpec, outputFile: FilePath?) async throws -> Int32 {
        try Task.checkCancellation()
        let connection = try await execution.connection(for: command.user)
        connection.forwardOutput(to: output)
        let schedule = KillSchedule(execution.mainConnection, grace)
        return try await withTaskCancellationHandler {
            defer { schedule.cancel() }
            let status = try await connection.run(
                [command.program.string] + command.arguments,
                in: execution.pathInside(command.directory),
                outputFile: outputFile
            )
            try await execution.makeStateReadable()
            return status
        } onCancel: {
            schedule.start()
        }
    }

    /// The steps that end a cancelled command: TERM, KILL, and the end of the connection.
    private final class KillSchedule: Sendable {
        private let isCancelled = Mutex(false)
        private let connection: ContainerConnection
        private let grace: Duration

        init(_ connection: ContainerConnection, _ grace: Duration) {
            self.connection = connection
            self.grace = grace
        }

        func cancel() { isCancelled.withLock { $0 = true } }

        func start() {
            connection.send("kill TERM")
            // A stopped process handles TERM only after it continues.
            connection.send("kill CONT")
            after(grace) { connection in connection.send("kill KILL") }
            // An agent that a command has killed cannot report that the command has ended.
            after(grace + .seconds(3)) { connection in connection.destroy() }
        }

        private func after(
            _ time: Duration,
            _ act: @escaping @Sendable (ContainerConnection) -> Void
        ) {
            Pause.call(after: time) { [self] in
                if !isCancelled.withLock({ $0 }) { act(connection) }
            }
        }
    }
}

extension ContainerEnvironment {
    /// Ends the processes that commands left: TERM, and KILL after the grace period.
    ///
    /// A cancelled task, which is usual here, does not stop this.
    func endProcesses(grace: Duration, waiting: () async -> Void) async {
        guard await mainConnection.signal("TERM") else { return }
        mainConnection.send("kill CONT")
        let wasStopped = Task.isCancelled
        let clock = ContinuousClock()
        let start = clock.now
        var pause = Duration.milliseconds(1)
        var hasReported = false
        while clock.now < start + grace, Task.isCancelled == wasStopped {
            guard await mainConnection.signal("0") else { return }
            if !hasReported, clock.now > start + .seconds(1) {
                hasReported = true
                await waiting()
            }
            await Pause.uncancelled(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        for _ in 1...20 {
            guard await mainConnection.signal("KILL") else { return }
            await Pause.uncancelled(for: .milliseconds(10))
        }
    }
}

extension OutputMultiplexer {
    /// Makes `writeAvailable` return instead of waiting; only for a pipe that no other process writes to.
    func makeInputNonblocking() {
        let flags = fcntl(input.rawValue, F_GETFL)
        _ = fcntl(input.rawValue, F_SETFL, flags | O_NONBLOCK)
    }

    /// Writes as many bytes as the pipe has space for, and waits at most the given time if the pipe is full.
    ///
    /// Returns the number of bytes written; `nil` if the pipe has no reader.
    func writeAvailable(_ bytes: ArraySlice<UInt8>, waiting milliseconds: Int32) -> Int? {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe write(input.rawValue, $0.baseAddress, $0.count)
        }
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { return nil }
        var descriptor = pollfd(fd: input.rawValue, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&descriptor, 1, milliseconds)
        return 0
    }
}
