internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Merges the output of commands with the build's events, in order, and sends both to an event sink.
///
/// All commands of a build write to one pipe. One task reads the pipe and calls the sink, so a sink never
/// gets two events at once. An event of the build waits until the sink has the bytes that are in the pipe
/// at that moment. So a command's output always comes before the event of its end, also if a background
/// process keeps the pipe open.
final class OutputMultiplexer: Sendable {
    private struct PendingEvent: Sendable {
        /// The event; `nil` ends `run`.
        var event: RunEvent?
        var delivered: CheckedContinuation<Void, Never>
    }

    /// The end of the pipe to which commands write.
    let input: FileDescriptor

    private let output: FileDescriptor
    private let wakeInput: FileDescriptor
    private let wakeOutput: FileDescriptor
    private let pending = Mutex<[PendingEvent]>([])
    private static let chunkSize = 256 * 1024
    /// The time without output, in milliseconds, after which the redactor releases bytes that it holds
    /// back, because a prompt must appear at once.
    private static let idleTime: Int32 = 100

    /// Opens the pipe.
    init() throws(Errno) {
        (output, input) = try Pipe.open()
        (wakeOutput, wakeInput) = try Pipe.open()
        Pipe.enlarge(input)
    }

    deinit {
        for descriptor in [output, input, wakeOutput, wakeInput] { try? descriptor.close() }
    }

    /// Sends an event to the sink, after all output that was written before, and waits until the sink has
    /// received the event.
    func emit(_ event: RunEvent) async {
        await enqueue(event)
    }

    /// Ends `run`, after the sink has received all output that was written before.
    func finish() async {
        await enqueue(nil)
    }

    /// Sends output and events to a sink until `finish` is called; blocks the thread while there are none.
    func run(into sink: any EventSink, hidingBy redactor: Redactor) async {
        let sink = RedactingSink(sink, redactor: redactor)
        var mayHoldBytes = false
        var isPaused = false
        while true {
            switch waitForInput(
                upTo: mayHoldBytes ? OutputMultiplexer.idleTime : -1,
                paused: isPaused
            ) {
            case .output:
                await forward(upTo: OutputMultiplexer.chunkSize, to: sink)
                mayHoldBytes = true
            case .event:
                if await deliverEvents(to: sink, &isPaused) { return await sink.flush() }
                mayHoldBytes = false
            case .idle:
                await sink.flush()
                mayHoldBytes = false
            }
        }
    }

    private func enqueue(_ event: RunEvent?) async {
        await withCheckedContinuation { continuation in
            pending.withLock { $0.append(PendingEvent(event: event, delivered: continuation)) }
            _ = try? wakeInput.writeAll([0])
        }
    }

    private enum Readiness {
        case output
        case event
        case idle
    }

    /// Waits for output or an event; a negative time has no limit.
    ///
    /// While the build is paused, output waits.
    private func waitForInput(upTo milliseconds: Int32, paused: Bool) -> Readiness {
        var descriptors = [
            pollfd(fd: wakeOutput.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: paused ? -1 : output.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = unsafe poll(&descriptors, 2, milliseconds)
            if count == 0 { return .idle }
            if descriptors[0].revents != 0 { return .event }
            if descriptors[1].revents != 0 { return .output }
        }
    }

    /// Delivers the pending events, each after the output before it, and returns whether `finish` was called.
    private func deliverEvents(to sink: any EventSink, _ isPaused: inout Bool) async -> Bool {
        _ = Pipe.read(wakeOutput, upTo: 64)
        var ended = false
        for item in pending.withLock({ pending in
            defer { pending = [] }
            return pending
        }) {
            if !isPaused { await drain(to: sink) }
            switch item.event {
            case .paused: isPaused = true
            case .resumed, nil: isPaused = false
            default: break
            }
            if let event = item.event { await sink.receive(event) } else { ended = true }
            item.delivered.resume()
        }
        return ended
    }

    /// Forwards the bytes that are in the pipe now, without those that a background process adds later.
    private func drain(to sink: any EventSink) async {
        var remaining = Pipe.bytesWaiting(in: output)
        while remaining > 0 {
            let count = await forward(upTo: min(remaining, OutputMultiplexer.chunkSize), to: sink)
            guard count > 0 else { return }
            remaining -= count
        }
    }

    @discardableResult
    private func forward(upTo count: Int, to sink: any EventSink) async -> Int {
        let bytes = Pipe.read(output, upTo: count)
        if !bytes.isEmpty { await sink.receive(.output(bytes)) }
        return bytes.count
    }
}
