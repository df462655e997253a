internal import BuildspecModel
internal import BuildspecRunner
internal import Synchronization

/// The log that `run` prints: short lines of our own, the commands' output as it comes.
///
/// Our lines go to standard output, warnings and errors to standard error.
final class PlainOutput: EventSink {
    private let buildspec: String
    private let style: TextStyle
    private let log: LogWriter
    /// The phase that was entered and has not run a command yet.
    private let phase = Mutex<PhaseName?>(nil)

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - buildspec: the buildspec's path as messages show it.
    ///   - style: colours or none.
    ///   - log: where the log goes.
    init(buildspec: String, style: TextStyle, log: LogWriter) {
        self.buildspec = buildspec
        self.style = style
        self.log = log
    }

    /// Prints the event.
    func receive(_ event: RunEvent) async {
        switch event {
        case .output(let bytes): log.forward(bytes)
        case .buildBegan(let identity):
            log.print("\(identity.project), build \(identity.number)")
        case .cacheRestored(let report): log.print("cache: \(CacheText.restored(report))")
        case .phaseBegan(let phase): self.phase.withLock { $0 = phase }
        case .commandBegan(let command): log.print(heading() + text(of: command))
        case .commandEnded(let command, let status, _) where status != 0:
            log.print(error: "\(place(command.text.range))error: exit status \(status)")
        case .commandStopped(let command, let reason):
            let what = reason == .timedOut ? "the build's time is up" : "stopped"
            log.print(error: "\(place(command.text.range))error: \(what)")
        case .phaseRetried(let failure, let attempt, let limit):
            let phase = failure.command.phase.upperCased
            log.print("\(phase) failed, again from its start: retry \(attempt) of \(limit)")
        case .artifactCollected(let report):
            guard let failure = report.failure else { break }
            log.print(error: "\(report.range.map(place) ?? "")error: \(failure)")
        case .warning(let message): log.print(error: "warning: \(message)")
        case .buildEnded(let result):
            log.print("\n" + Summary(result, buildspec: buildspec, style: style).text)
        case .cacheSaved, .phaseSkipped, .phaseEnded, .commandEnded: break
        }
    }

    /// The phase's name, before its first command.
    private func heading() -> String {
        let phase = phase.withLock { phase in
            defer { phase = nil }
            return phase
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
}
