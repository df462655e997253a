internal import BuildspecFiles
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

/// Runs commands through the listeners in a container.
struct ContainerProcesses: CommandExecutor {
    let place: ContainerEnvironment
    let pump: OutputMultiplexer
    let grace: Duration

    func run(_ command: CommandSpec) async throws -> Int32 {
        try await run(command, output: nil)
    }

    func capture(_ command: CommandSpec) async throws -> (status: Int32, output: [UInt8]) {
        let file = command.directory.appending("output")
        let status = try await run(command, output: place.inside(file))
        let owner = command.user?.userID ?? place.owner
        return (status, try SmallFile.take(file, of: owner) ?? [])
    }

    private func run(_ command: CommandSpec, output: FilePath?) async throws -> Int32 {
        try Task.checkCancellation()
        let channel = try await place.channel(of: command.user)
        channel.connect(to: pump)
        let end = Deadlines(place.first, grace)
        return try await withTaskCancellationHandler {
            defer { end.over() }
            let status = try await channel.run(
                [command.program.string] + command.arguments,
                in: place.inside(command.directory),
                output: output
            )
            try await place.openState()
            return status
        } onCancel: {
            end.begin()
        }
    }

    /// What a cancelled command has still to expect: TERM, KILL, and that nobody waits any more.
    private final class Deadlines: Sendable {
        private let isOver = Mutex(false)
        private let channel: ContainerConnection
        private let grace: Duration

        init(_ channel: ContainerConnection, _ grace: Duration) {
            self.channel = channel
            self.grace = grace
        }

        func over() { isOver.withLock { $0 = true } }

        func begin() {
            channel.send("kill TERM")
            // What is stopped goes on, or it would not notice.
            channel.send("kill CONT")
            after(grace) { channel in channel.send("kill KILL") }
            // A listener that a command has killed cannot say that the command has ended.
            after(grace + .seconds(3)) { channel in channel.destroy() }
        }

        private func after(
            _ time: Duration,
            _ act: @escaping @Sendable (ContainerConnection) -> Void
        ) {
            DispatchQueue.global().asyncAfter(
                deadline: .now() + .nanoseconds(Int(clamping: time.nanoseconds))
            ) { [self] in
                if !isOver.withLock({ $0 }) { act(channel) }
            }
        }
    }
}

extension ContainerEnvironment {
    /// Ends what the commands left: TERM, and KILL after the grace period.
    ///
    /// Goes on when the task is cancelled, as it usually is here.
    func endProcesses(grace: Duration, waiting: () async -> Void) async {
        guard await first.signal("TERM") else { return }
        first.send("kill CONT")
        let wasStopped = Task.isCancelled
        let clock = ContinuousClock()
        let start = clock.now
        var pause = Duration.milliseconds(1)
        var isTold = false
        while clock.now < start + grace, Task.isCancelled == wasStopped {
            guard await first.signal("0") else { return }
            if !isTold, clock.now > start + .seconds(1) {
                isTold = true
                await waiting()
            }
            await Pause.uncancelled(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        for _ in 1...20 {
            guard await first.signal("KILL") else { return }
            await Pause.uncancelled(for: .milliseconds(10))
        }
    }
}

extension OutputMultiplexer {
    /// Makes `offer` give up instead of waiting for ever; for a pipe that no process writes to.
    func takeOffers() {
        let flags = fcntl(input.rawValue, F_GETFL)
        _ = fcntl(input.rawValue, F_SETFL, flags | O_NONBLOCK)
    }

    /// Writes as much as there is room for, and waits for room if there is none.
    ///
    /// - Parameters:
    ///   - bytes: what to write.
    ///   - milliseconds: the longest time to wait.
    /// - Returns: how much was written, or `nil` when nobody reads.
    func offer(_ bytes: ArraySlice<UInt8>, waiting milliseconds: Int32) -> Int? {
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
