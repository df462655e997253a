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

/// The line to a listener in a container: requests go in, output and answers come out.
///
/// A thread of its own reads what comes and passes output on before it acts on the listener's word
/// that the command has ended.
final class ContainerConnection: Sendable {
    /// The connection broke: the container ended, or the engine's program did.
    struct Broken: Error, CustomStringConvertible {
        /// Whether the shell was killed that runs the commands.
        var isShellGone = false
        /// The user whose commands it ran, if that is not the container's own.
        var user: String?

        var description: String {
            if let user { return "the shell that runs the commands of '\(user)' was killed" }
            return isShellGone
                ? "the container has ended: its shell, which runs the commands, was killed"
                : "the container has ended: somebody removed or killed it, or memory was short"
        }
    }

    /// Something the listener says of its own accord.
    typealias Heard = @Sendable (_ word: String, _ rest: String, ContainerConnection) -> Void

    /// A command that runs, and the words by which the listener says how it ended.
    ///
    /// The word for success goes out only with a success, so the line of a failure cannot be changed
    /// into one.
    private struct Command {
        let end: CheckedContinuation<Int32?, Never>
        let won = ContainerConnection.newSecret()
        let lost = ContainerConnection.newSecret()

        /// The status that a claim proves; `nil` for one that proves nothing.
        func status(claimed: Int32, by word: some StringProtocol) -> Int32? {
            word == (claimed == 0 ? won : lost) ? claimed : nil
        }
    }

    private struct State {
        var ended = false
        var destroyed = false
        var isShellGone = false
        var next = 1
        var commands: [Int: Command] = [:]
        var signals: [CheckedContinuation<Bool?, Never>] = []
        var here: Set<String> = []
        var arrivals: [(names: Set<String>, CheckedContinuation<Bool, Never>)] = []
        var pump: OutputMultiplexer?
    }

    private let client: ContainerClient
    private let user: String?
    private let heard: Heard
    private let state = Mutex(State())

    /// Takes over a client of the engine.
    ///
    /// - Parameters:
    ///   - client: what connects with the container.
    ///   - user: whose commands it runs; `nil` for the container's own user.
    ///   - heard: what to do with words that are no answers; called on the reading thread.
    init(_ client: ContainerClient, of user: String? = nil, heard: @escaping Heard) {
        self.client = client
        self.user = user
        self.heard = heard
        let mark = ContainerConnection.newSecret()
        _ = client.send(mark)
        DispatchQueue(label: "buildspec container", qos: .userInitiated).async { [self] in
            read(ContainerStream(mark: mark))
        }
    }

    /// Waits until parts of the listener are there; false when it ended before.
    func arrival(of names: Set<String>) async -> Bool {
        await withCheckedContinuation { continuation in
            let known: Bool? = state.withLock { state in
                if state.here.isSuperset(of: names) { return true }
                if state.ended { return false }
                state.arrivals.append((names, continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Lets output go to a pump, or nowhere.
    func connect(to pump: OutputMultiplexer?) {
        state.withLock { $0.pump = pump }
    }

    /// Sends a line that is not answered.
    func send(_ line: String) {
        _ = client.send(line)
    }

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - words: the program and its arguments, inside; no newlines.
    ///   - start: where it starts, inside.
    ///   - output: a file for its standard output, inside; `nil` is the build's output.
    /// - Returns: its exit status.
    /// - Throws: `Broken`.
    func run(_ words: [String], in start: FilePath, output: FilePath?) async throws -> Int32 {
        let status: Int32? = await withCheckedContinuation { continuation in
            let command = Command(end: continuation)
            let number: Int? = state.withLock { state in
                if state.ended || state.isShellGone { return nil }
                defer { state.next += 1 }
                state.commands[state.next] = command
                return state.next
            }
            guard let number else { return continuation.resume(returning: nil) }
            let fields =
                ["run", String(number), command.won, command.lost]
                + [start.string, output?.string ?? "-"] + words.map(ShellText.alwaysQuoted)
            guard !client.send(fields.joined(separator: " ")) else { return }
            state.withLock { $0.commands.removeValue(forKey: number) }?.end.resume(returning: nil)
        }
        guard let status else {
            throw Broken(isShellGone: state.withLock(\.isShellGone), user: user)
        }
        return status
    }

    /// Sends a signal to all of the build's processes; 0 sends none.
    ///
    /// - Returns: whether there was any.
    func signal(_ name: String) async -> Bool {
        let found: Bool? = await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.ended { state.signals.append(continuation) }
                return !state.ended
            }
            // A failed write means that the reading thread is about to see the end.
            if isOpen { send("signal \(name)") } else { continuation.resume(returning: false) }
        }
        return found ?? false
    }

    /// Lets the listener end, with everything in the container if it is the first one.
    func close() {
        connect(to: nil)
        client.closeInput()
    }

    /// Waits for the end of the engine's program.
    ///
    /// - Returns: whether it came in time.
    func ended(within limit: Duration) async -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while !state.withLock({ $0.ended }) {
            if clock.now >= deadline { return false }
            await Pause.uncancelled(for: .milliseconds(5))
        }
        return true
    }

    /// Kills the engine's program.
    func destroy() {
        state.withLock { state in
            guard !state.ended else { return }
            state.destroyed = true
            client.destroy()
        }
    }

    /// Whether the listener is gone.
    var hasEnded: Bool { state.withLock(\.ended) }

    /// Whether the engine's program was killed, so that it may have left the container.
    var wasDestroyed: Bool { state.withLock(\.destroyed) }
}

extension ContainerConnection {
    private func read(_ stream: ContainerStream) {
        var stream = stream
        var buffer = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { space in
                (unsafe try? client.output.read(into: space)) ?? 0
            }
            if count == 0 { break }
            for part in stream.take(Array(buffer[..<count])) {
                switch part {
                case .output(let bytes): pass(bytes)
                case .said(let line): act(on: line)
                }
            }
        }
        pass(stream.end())
        client.wait()
        end()
    }

    private func end() {
        let left = state.withLock { state in
            defer {
                let (destroyed, isShellGone) = (state.destroyed, state.isShellGone)
                state = State()
                state.ended = true
                state.destroyed = destroyed
                state.isShellGone = isShellGone
            }
            return state
        }
        for command in left.commands.values { command.end.resume(returning: nil) }
        for continuation in left.signals { continuation.resume(returning: nil) }
        for (_, continuation) in left.arrivals { continuation.resume(returning: false) }
    }

    private func act(on line: String) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let word = String(parts[0])
        let rest = parts.count > 1 ? String(parts[1]) : ""
        switch word {
        case "done": end(rest.split(separator: " "))
        case "gone": loseShell()
        case "signalled":
            state.withLock { $0.signals.isEmpty ? nil : $0.signals.removeFirst() }?
                .resume(returning: rest == "1")
        case "here":
            let name = String(rest.prefix { $0 != " " })
            // A second one comes from another process.
            guard !state.withLock({ $0.here.contains(name) }) else { return }
            heard(word, rest, self)
            arrived(name)
        default:
            heard(word, rest, self)
        }
    }

    /// A command has ended: its number, a word that proves it, and its status.
    private func end(_ fields: [Substring]) {
        guard fields.count == 3, let number = Int(fields[0]), let claimed = Int32(fields[2]) else {
            return
        }
        let end: (CheckedContinuation<Int32?, Never>, Int32)? = state.withLock { state in
            guard let command = state.commands[number],
                let status = command.status(claimed: claimed, by: fields[1])
            else { return nil }
            state.commands[number] = nil
            return (command.end, status)
        }
        if let end { end.0.resume(returning: end.1) }
    }

    /// Nobody is there any more who could run a command or say how one ended.
    private func loseShell() {
        let commands = state.withLock { state in
            state.isShellGone = true
            defer { state.commands = [:] }
            return state.commands.values
        }
        for command in commands { command.end.resume(returning: nil) }
        client.closeInput()
    }

    private static func newSecret() -> String {
        BuildIdentity.randomUUID().filter { $0 != "-" }
    }

    private func arrived(_ name: String) {
        let complete = state.withLock { state in
            state.here.insert(name)
            let here = state.here
            let complete = state.arrivals.filter { here.isSuperset(of: $0.names) }
            state.arrivals.removeAll { here.isSuperset(of: $0.names) }
            return complete
        }
        for (_, continuation) in complete { continuation.resume(returning: true) }
    }

    /// Hands output to the pump; gives up when the channel is closed, so that a full pipe that
    /// nobody reads any more cannot hold up the end.
    private func pass(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty, let pump = state.withLock({ $0.pump }) {
            guard let count = pump.offer(rest, waiting: 100) else { return }
            rest = rest.dropFirst(count)
        }
    }
}
