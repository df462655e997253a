internal import Dispatch
internal import Synchronization
internal import SystemPackage

/// A connection with an agent in a container: requests go in, output and messages come out.
///
/// A thread reads the stream. It forwards a command's output before it handles the agent's message that
/// the command has ended.
final class ContainerConnection: Sendable {
    /// An error for a connection that ended because the container or the engine's program ended.
    struct ConnectionLost: Error, CustomStringConvertible {
        /// Whether the shell that runs the commands was killed.
        var isShellLost = false
        /// The user whose commands the agent ran; `nil` for the container's default user.
        var user: String?

        var description: String {
            if let user { return "the shell that runs the commands of '\(user)' was killed" }
            return isShellLost
                ? "the container has ended: its shell, which runs the commands, was killed"
                : "the container has ended: it was removed or killed, or memory was short"
        }
    }

    /// Handles a message of the agent that does not answer a request.
    typealias MessageHandler =
        @Sendable (_ word: String, _ rest: String, ContainerConnection) -> Void

    /// A running command, and the tokens by which the agent reports its end.
    ///
    /// The agent sends the token for success only for a success, so a command cannot change the message of
    /// a failure into one of a success.
    private struct Command {
        let end: CheckedContinuation<Int32?, Never>
        let successToken = ContainerConnection.newToken()
        let failureToken = ContainerConnection.newToken()

        /// Returns a reported status if its token is the right one.
        func status(_ reported: Int32, by token: some StringProtocol) -> Int32? {
            token == (reported == 0 ? successToken : failureToken) ? reported : nil
        }
    }

    private struct State {
        var isEnded = false
        var isDestroyed = false
        var isShellLost = false
        var nextNumber = 1
        var commands: [Int: Command] = [:]
        var signalWaiters: [CheckedContinuation<Bool?, Never>] = []
        var startedParts: Set<String> = []
        var startWaiters: [(names: Set<String>, CheckedContinuation<Bool, Never>)] = []
        var output: OutputMultiplexer?
    }

    private let client: ContainerClient
    private let user: String?
    private let onMessage: MessageHandler
    private let state = Mutex(State())

    /// Creates a connection from a client that is connected with the container.
    ///
    /// `user` is `nil` for the container's default user. `onMessage` is called on the reading thread.
    init(_ client: ContainerClient, for user: String? = nil, onMessage: @escaping MessageHandler) {
        self.client = client
        self.user = user
        self.onMessage = onMessage
        let marker = ContainerConnection.newToken()
        _ = client.send(marker)
        DispatchQueue(label: "buildspec container", qos: .userInitiated).async { [self] in
            read(ContainerStream(marker: marker))
        }
    }

    /// Waits until parts of the agent have started; returns `false` if the agent ended before.
    ///
    /// When the task is cancelled, the engine's program is killed.
    func waitForStart(of names: Set<String>) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Bool? = state.withLock { state in
                    if state.startedParts.isSuperset(of: names) { return true }
                    if state.isEnded { return false }
                    state.startWaiters.append((names, continuation))
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            destroy()
        }
    }

    /// Sets the receiver of the commands' output; `nil` discards output.
    func forwardOutput(to output: OutputMultiplexer?) {
        state.withLock { $0.output = output }
    }

    /// Sends a request that the agent does not answer.
    func send(_ line: String) {
        _ = client.send(line)
    }

    /// Runs a program with its arguments, which have no newlines, to its end, and returns the exit status.
    ///
    /// All paths are inside. Without `outputFile` the standard output is the build's. An error is
    /// `ConnectionLost`.
    func run(
        _ words: [String],
        in directory: FilePath,
        outputFile: FilePath?
    ) async throws -> Int32 {
        let status: Int32? = await withCheckedContinuation { continuation in
            let command = Command(end: continuation)
            let number: Int? = state.withLock { state in
                if state.isEnded || state.isShellLost { return nil }
                defer { state.nextNumber += 1 }
                state.commands[state.nextNumber] = command
                return state.nextNumber
            }
            guard let number else { return continuation.resume(returning: nil) }
            let fields =
                ["run", String(number), command.successToken, command.failureToken]
                + [directory.string, outputFile?.string ?? "-"] + words.map(ShellText.alwaysQuoted)
            guard !client.send(fields.joined(separator: " ")) else { return }
            state.withLock { $0.commands.removeValue(forKey: number) }?.end.resume(returning: nil)
        }
        guard let status else {
            throw ConnectionLost(isShellLost: state.withLock(\.isShellLost), user: user)
        }
        return status
    }

    /// Sends a signal to all processes of the build, and returns whether there are any; 0 only checks.
    func signal(_ name: String) async -> Bool {
        let found: Bool? = await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isEnded { state.signalWaiters.append(continuation) }
                return !state.isEnded
            }
            // A failed write means that the reading thread is about to see the end.
            if isOpen { send("signal \(name)") } else { continuation.resume(returning: false) }
        }
        return found ?? false
    }

    /// Ends the agent; the main agent ends all processes of the container.
    func close() {
        forwardOutput(to: nil)
        client.closeInput()
    }

    /// Waits for the end of the engine's program, and returns whether it ended in time.
    func waitForEnd(within limit: Duration) async -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while !hasEnded {
            if clock.now >= deadline { return false }
            await Pause.uncancelled(for: .milliseconds(5))
        }
        return true
    }

    /// Kills the engine's program.
    func destroy() {
        state.withLock { state in
            guard !state.isEnded else { return }
            state.isDestroyed = true
            client.destroy()
        }
    }

    /// Whether the engine's program has ended, and the agent with it.
    var hasEnded: Bool { state.withLock(\.isEnded) }

    /// Whether the engine's program was killed, so that the container may still exist.
    var wasDestroyed: Bool { state.withLock(\.isDestroyed) }
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
            for part in stream.parse(Array(buffer[..<count])) {
                switch part {
                case .output(let bytes): forward(bytes)
                case .message(let line): handle(line)
                }
            }
        }
        forward(stream.finish())
        client.wait()
        finish()
    }

    /// Ends the connection and resumes all who wait for an answer.
    private func finish() {
        let left = state.withLock { state in
            defer {
                let (isDestroyed, isShellLost) = (state.isDestroyed, state.isShellLost)
                state = State()
                state.isEnded = true
                state.isDestroyed = isDestroyed
                state.isShellLost = isShellLost
            }
            return state
        }
        for command in left.commands.values { command.end.resume(returning: nil) }
        for continuation in left.signalWaiters { continuation.resume(returning: nil) }
        for (_, continuation) in left.startWaiters { continuation.resume(returning: false) }
    }

    private func handle(_ line: String) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let word = String(parts[0])
        let rest = parts.count > 1 ? String(parts[1]) : ""
        switch word {
        case "done": endCommand(rest.split(separator: " "))
        case "gone": shellWasLost()
        case "signalled":
            state.withLock { $0.signalWaiters.isEmpty ? nil : $0.signalWaiters.removeFirst() }?
                .resume(returning: rest == "1")
        case "here":
            let name = String(rest.prefix { $0 != " " })
            // A second message for the name comes from another process.
            guard !state.withLock({ $0.startedParts.contains(name) }) else { return }
            onMessage(word, rest, self)
            partStarted(name)
        default:
            onMessage(word, rest, self)
        }
    }

    /// Handles the end of a command: its number, a token, and its status.
    private func endCommand(_ fields: [Substring]) {
        guard fields.count == 3, let number = Int(fields[0]), let reported = Int32(fields[2]) else {
            return
        }
        let end: (CheckedContinuation<Int32?, Never>, Int32)? = state.withLock { state in
            guard let command = state.commands[number],
                let status = command.status(reported, by: fields[1])
            else { return nil }
            state.commands[number] = nil
            return (command.end, status)
        }
        if let end { end.0.resume(returning: end.1) }
    }

    /// Fails all commands, because the shell that would run them and report their end was killed.
    private func shellWasLost() {
        let commands = state.withLock { state in
            state.isShellLost = true
            defer { state.commands = [:] }
            return state.commands.values
        }
        for command in commands { command.end.resume(returning: nil) }
        client.closeInput()
    }

    private static func newToken() -> String {
        BuildIdentity.randomUUID().filter { $0 != "-" }
    }

    private func partStarted(_ name: String) {
        let complete = state.withLock { state in
            state.startedParts.insert(name)
            let started = state.startedParts
            let complete = state.startWaiters.filter { started.isSuperset(of: $0.names) }
            state.startWaiters.removeAll { started.isSuperset(of: $0.names) }
            return complete
        }
        for (_, continuation) in complete { continuation.resume(returning: true) }
    }

    /// Forwards output to the build's.
    ///
    /// Stops when the connection is closed, so that a full pipe without a reader does not delay the end.
    private func forward(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty, let output = state.withLock({ $0.output }) {
            guard let count = output.writeAvailable(rest, waiting: 100) else { return }
            rest = rest.dropFirst(count)
        }
    }
}
