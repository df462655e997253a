internal import BuildspecModel
internal import BuildspecRunner
internal import Synchronization

/// The log that `run` prints: short lines of our own, the commands' output as it comes.
///
/// Our lines go to standard output, warnings and errors to standard error.
final class PlainOutput: EventSink {
    private struct State {
        /// Whether the next byte begins a line.
        var atLineStart = true
        var isBroken = false
        /// The phase that was entered and has not run a command yet.
        var phase: PhaseName?
    }

    private let buildspec: String
    private let style: TextStyle
    private let output: StandardStream
    private let error: StandardStream
    private let brokenOutput: @Sendable () -> Void
    private let state = Mutex(State())

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - buildspec: the buildspec's path as messages show it.
    ///   - style: colours or none.
    ///   - output: where lines go.
    ///   - error: where warnings and errors go.
    ///   - brokenOutput: called once when nobody reads the output any more.
    init(
        buildspec: String,
        style: TextStyle,
        output: StandardStream = .output,
        error: StandardStream = .error,
        brokenOutput: @escaping @Sendable () -> Void
    ) {
        self.buildspec = buildspec
        self.style = style
        self.output = output
        self.error = error
        self.brokenOutput = brokenOutput
    }

    /// Prints the event.
    func receive(_ event: RunEvent) async {
        switch event {
        case .output(let bytes): forward(bytes)
        case .buildBegan(let identity):
            print("\(identity.project), build \(identity.number)")
        case .cacheRestored(let report): print("cache: \(CacheText.restored(report))")
        case .phaseBegan(let phase): state.withLock { $0.phase = phase }
        case .commandBegan(let command): print(heading() + text(of: command))
        case .commandEnded(let command, let status, _) where status != 0:
            print(error: "\(place(command.text.range))error: exit status \(status)")
        case .commandStopped(let command, let reason):
            let what = reason == .timedOut ? "the build's time is up" : "stopped"
            print(error: "\(place(command.text.range))error: \(what)")
        case .phaseRetried(let failure, let attempt, let limit):
            let phase = failure.command.phase.upperCased
            print("\(phase) failed, again from its start: retry \(attempt) of \(limit)")
        case .artifactCollected(let report):
            guard let failure = report.failure else { break }
            print(error: "\(report.range.map(place) ?? "")error: \(failure)")
        case .warning(let message): print(error: "warning: \(message)")
        case .buildEnded(let result):
            print("\n" + Summary(result, buildspec: buildspec, style: style).text)
        case .cacheSaved, .phaseSkipped, .phaseEnded, .commandEnded: break
        }
    }

    /// The phase's name, before its first command.
    private func heading() -> String {
        let phase = state.withLock { state in
            defer { state.phase = nil }
            return state.phase
        }
        return phase.map { "\n" + style.strong($0.upperCased) + "\n" } ?? ""
    }

    private func text(of command: PhaseCommand) -> String {
        let lines = command.text.value.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.enumerated()
            .filter { $0.offset == 0 || $0.offset < lines.count - 1 || !$0.element.isEmpty }
            .map { ($0.offset == 0 ? "$ " : "> ") + $0.element }
            .joined(separator: "\n")
        return style.faint(text)
    }

    /// The place in the buildspec that begins a message.
    private func place(_ range: SourceRange) -> String {
        "\(buildspec):\(range.start.line):\(range.start.column): "
    }

    private func forward(_ bytes: [UInt8]) {
        state.withLock { state in
            if let last = bytes.last { state.atLineStart = last == UInt8(ascii: "\n") }
            write(bytes, &state)
        }
    }

    private func print(_ line: String) {
        state.withLock { state in
            write(
                Array((state.atLineStart ? line : "\n" + line).utf8) + [UInt8(ascii: "\n")],
                &state
            )
            state.atLineStart = true
        }
    }

    private func print(error line: String) {
        state.withLock { state in
            if !state.atLineStart { write([UInt8(ascii: "\n")], &state) }
            state.atLineStart = true
            error.write(line + "\n")
        }
    }

    private func write(_ bytes: [UInt8], _ state: inout State) {
        guard !state.isBroken, !output.write(bytes) else { return }
        state.isBroken = true
        error.write("error: nobody reads the output any more; the build is stopped\n")
        brokenOutput()
    }
}
