internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Carries what commands write to the event sink, in order with the build's own events.
///
/// All commands of a build write to one pipe. One task reads it and hands everything to the sink, so
/// a sink never sees two events at once. An event that the build posts waits until the bytes that
/// are in the pipe at that moment have passed: what a command wrote always comes before its end, also
/// when a background process keeps the pipe open.
final class OutputMultiplexer: Sendable {
    private struct Post: Sendable {
        /// `nil` asks for the end.
        var event: RunEvent?
        var passed: CheckedContinuation<Void, Never>
    }

    /// Where commands write.
    let input: FileDescriptor

    private let output: FileDescriptor
    private let wakeInput: FileDescriptor
    private let wakeOutput: FileDescriptor
    private let posts = Mutex<[Post]>([])
    private static let chunk = 256 * 1024
    /// How long commands may write nothing before bytes that are held back come out, in
    /// milliseconds: a prompt must not wait for its secret's end.
    private static let idleTime: Int32 = 100

    /// Opens the pipe.
    ///
    /// - Throws: `Errno`.
    init() throws(Errno) {
        (output, input) = try Pipe.open()
        (wakeOutput, wakeInput) = try Pipe.open()
        Pipe.enlarge(input)
    }

    deinit {
        for descriptor in [output, input, wakeOutput, wakeInput] { try? descriptor.close() }
    }

    /// Hands an event to the sink, after all output that was written before; returns when the sink
    /// has taken it.
    func post(_ event: RunEvent) async {
        await pass(event)
    }

    /// Ends `run(into:)` when all output that was written before has passed.
    func finish() async {
        await pass(nil)
    }

    /// Moves bytes and events until `finish()`; blocks its thread while there are none.
    ///
    /// - Parameters:
    ///   - sink: where they go.
    ///   - redactor: what hides secrets before that.
    func run(into sink: any EventSink, hidingBy redactor: Redactor) async {
        let sink = RedactingSink(sink, redactor: redactor)
        var mayHold = false
        var isPaused = false
        while true {
            switch waitForSomething(
                upTo: mayHold ? OutputMultiplexer.idleTime : -1,
                paused: isPaused
            ) {
            case .output:
                await forward(upTo: OutputMultiplexer.chunk, to: sink)
                mayHold = true
            case .post:
                if await deliverPosts(to: sink, &isPaused) { return await sink.flush() }
                mayHold = false
            case .idle:
                await sink.flush()
                mayHold = false
            }
        }
    }

    private func pass(_ event: RunEvent?) async {
        await withCheckedContinuation { continuation in
            posts.withLock { $0.append(Post(event: event, passed: continuation)) }
            _ = try? wakeInput.writeAll([0])
        }
    }

    private enum Readiness {
        case output
        case post
        case idle
    }

    /// What comes first; a time below 0 never is over.
    ///
    /// While the build is paused output waits.
    private func waitForSomething(upTo milliseconds: Int32, paused: Bool) -> Readiness {
        var descriptors = [
            pollfd(fd: wakeOutput.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: paused ? -1 : output.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = unsafe poll(&descriptors, 2, milliseconds)
            if count == 0 { return .idle }
            if descriptors[0].revents != 0 { return .post }
            if descriptors[1].revents != 0 { return .output }
        }
    }

    /// Delivers what was posted, each behind the output before it; true at the end.
    private func deliverPosts(to sink: any EventSink, _ isPaused: inout Bool) async -> Bool {
        _ = read(wakeOutput, upTo: 64)
        var ended = false
        for post in posts.withLock({ posts in
            defer { posts = [] }
            return posts
        }) {
            if !isPaused { await drain(to: sink) }
            switch post.event {
            case .paused: isPaused = true
            case .resumed, nil: isPaused = false
            default: break
            }
            if let event = post.event { await sink.receive(event) } else { ended = true }
            post.passed.resume()
        }
        return ended
    }

    /// Forwards what is in the pipe now; not what a background process adds meanwhile.
    private func drain(to sink: any EventSink) async {
        var left = Pipe.bytesWaiting(in: output)
        while left > 0 {
            let count = await forward(upTo: min(left, OutputMultiplexer.chunk), to: sink)
            guard count > 0 else { return }
            left -= count
        }
    }

    @discardableResult
    private func forward(upTo count: Int, to sink: any EventSink) async -> Int {
        let bytes = read(output, upTo: count)
        if !bytes.isEmpty { await sink.receive(.output(bytes)) }
        return bytes.count
    }

    private func read(_ descriptor: FileDescriptor, upTo capacity: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let space = UnsafeMutableRawBufferPointer(buffer)
            count = unsafe (try? descriptor.read(into: space)) ?? 0
        }
    }
}
