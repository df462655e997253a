internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The handling of signals that stop the command.
enum Signals {
    /// The signals that ask the command to end, Ctrl-\\ (SIGQUIT) as well as Ctrl-C.
    private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// How long the command can run after the second signal, to remove containers and files.
    private static let exitDelay = DispatchTimeInterval.seconds(5)

    /// Runs work that SIGINT, SIGTERM, SIGHUP and SIGQUIT stop.
    ///
    /// The first signal cancels the work's task, and the work must end soon. The second calls
    /// `onSecondSignal` on a separate thread, and the process ends at most five seconds later. The
    /// third ends the process immediately.
    static func stopping<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result,
        onSecondSignal: @escaping @Sendable () -> Void
    ) async throws -> Result {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        let sources = await watch {
            switch $0 {
            case 1: continuation.yield()
            case 2:
                DispatchQueue.global().asyncAfter(deadline: .now() + exitDelay, execute: exitAtOnce)
                onSecondSignal()
            default: exitAtOnce()
            }
        }
        defer { for source in sources { source.cancel() } }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in signals { break }
                return nil
            }
            var result: Result?
            while result == nil, let next = try await group.next() {
                result = next
                group.cancelAll()
            }
            guard let result else { throw ExitStatus.stopped.exitCode }
            return result
        }
    }

    /// Calls a function for each signal of a number that has no default action.
    static func watch(
        _ number: Int32,
        _ handle: @escaping @Sendable () -> Void
    ) -> any DispatchSourceSignal {
        let queue = DispatchQueue(label: "buildspec signal \(number)")
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler(handler: handle)
        source.activate()
        return source
    }

    /// Stops the build, as a signal of the user does.
    static func stopBuild() {
        kill(getpid(), SIGTERM)
    }

    /// Ends the process immediately.
    static func exitAtOnce() {
        _exit(ExitStatus.stopped.rawValue)
    }

    /// Restores the default action of SIGQUIT, SIGABRT and SIGTRAP, which ends the process.
    ///
    /// Swift's runtime prints a crash report instead, and continues if another process sent the signal.
    static func restoreCrashActions() {
        for number in [SIGQUIT, SIGABRT, SIGTRAP] { _ = isIgnored(number) }
    }

    /// Makes a write to a closed pipe an error that does not end the process.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls a function with the count of signals so far, from 1.
    ///
    /// The function returns when all signals are watched, because before that, a signal ends the process
    /// in the middle of its work.
    private static func watch(
        _ handle: @escaping @Sendable (Int) -> Void
    ) async -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "buildspec signals")
        let counter = Counter()
        var sources: [any DispatchSourceSignal] = []
        for number in ending where !isIgnored(number) {
            #if canImport(Darwin)
                // On Darwin, a signal source does not replace the signal's action.
                signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { handle(counter.next()) }
            await withCheckedContinuation { continuation in
                source.setRegistrationHandler { continuation.resume() }
                source.activate()
            }
            sources.append(source)
        }
        return sources
    }

    /// Whether the parent process made this process ignore a signal, as `nohup` does with SIGHUP.
    private static func isIgnored(_ number: Int32) -> Bool {
        let action = signal(number, SIG_DFL)
        let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
        guard unsafe unsafeBitCast(action, to: Int.self) == ignored else { return false }
        signal(number, SIG_IGN)
        return true
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock {
                $0 += 1
                return $0
            }
        }
    }
}
