internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Signals that stop what the command does.
enum Signals {
    /// Signals that ask the command to end; Ctrl-\\ is no less a wish than Ctrl-C.
    private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// How long the command has after the second signal, to remove containers and files.
    private static let lastGrace = DispatchTimeInterval.seconds(5)

    /// Does work that SIGINT, SIGTERM, SIGHUP and SIGQUIT stop.
    ///
    /// The first signal cancels the work's task. The second calls `insist`, and the process ends
    /// five seconds later whatever it does. The third ends it on the spot.
    ///
    /// - Parameters:
    ///   - work: what to do; it must end soon after its task is cancelled.
    ///   - insist: called on a thread of its own.
    /// - Returns: what the work gives.
    /// - Throws: what the work throws.
    static func stopping<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result,
        insist: @escaping @Sendable () -> Void
    ) async throws -> Result {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        let sources = await watch {
            switch $0 {
            case 1: continuation.yield()
            case 2:
                DispatchQueue.global().asyncAfter(deadline: .now() + lastGrace, execute: exitAtOnce)
                insist()
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

    /// Calls something whenever a signal comes, until the source is cancelled.
    ///
    /// - Parameters:
    ///   - number: a signal that does nothing by itself.
    ///   - handle: what to call.
    /// - Returns: the source.
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

    /// Ends the process on the spot.
    static func exitAtOnce() {
        _exit(ExitStatus.stopped.rawValue)
    }

    /// Lets SIGQUIT end the process, as the system does it; Swift's runtime prints a crash report
    /// instead, and goes on.
    static func endByQuit() {
        _ = isIgnored(SIGQUIT)
    }

    /// Makes a write to a closed pipe an error instead of the process's end.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls something with the number of each signal, from 1.
    ///
    /// It returns when all are watched, because until then a signal ends the process in the middle of
    /// its work.
    private static func watch(
        _ handle: @escaping @Sendable (Int) -> Void
    ) async -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "buildspec signals")
        let counter = Counter()
        var sources: [any DispatchSourceSignal] = []
        for number in ending where !isIgnored(number) {
            #if canImport(Darwin)
                // There, a signal source does not take the signal's own action away.
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

    /// Whether who started us wants the signal ignored, as `nohup` does with SIGHUP.
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
