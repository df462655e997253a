internal import BuildspecModel
internal import BuildspecReports
internal import BuildspecRunner
internal import Synchronization

/// A log with short lines of buildspec and all output of the commands.
///
/// The lines and the output go to standard output, warnings and errors to standard error.
final class PlainOutput: EventSink {
    private let buildspec: String
    private let style: TextStyle
    private let markers: CIMarkers
    private let log: LogWriter
    /// The current phase, until it runs its first command.
    private let phase = Mutex<PhaseName?>(nil)

    /// Creates a log; `buildspec` is the path of the file for messages.
    init(buildspec: String, style: TextStyle, markers: CIMarkers, log: LogWriter) {
        self.markers = markers
        self.buildspec = buildspec
        self.style = style
        self.log = log
    }

    func receive(_ event: RunEvent) async {
        switch event {
        case .output(let bytes): log.forward(bytes)
        case .buildBegan(let identity):
            log.print("\(identity.project.oneLine), build \(identity.number)")
        case .cacheRestored(let report): log.print(CacheText.logLines(report))
        case .phaseBegan(let phase): self.phase.withLock { $0 = phase }
        case .commandBegan(let command): log.print(heading() + text(of: command))
        case .commandEnded(let command, let status, _) where status != 0:
            print("error", "exit status \(status)", at: command.text.range)
        case .commandStopped(let command, let reason):
            let text = reason == .timedOut ? "the build timed out" : "stopped"
            print("error", text, at: command.text.range)
        case .paused(let pause): log.print("\(location(of: pause)): paused")
        case .resumed(let pause, let duration):
            log.print("\(location(of: pause)): resumed after \(Quantity.time(duration))")
        case .phaseRetried(let failure, let attempt, let limit):
            let phase = failure.command.phase.upperCased
            log.print("\(phase) failed and starts again: retry \(attempt) of \(limit)")
        case .artifactCollected(let report):
            guard let failure = report.failure else { break }
            print("error", failure, at: report.range)
        case .reportRead(let report): print(report)
        case .note(let message): log.print(message.oneLine)
        case .warning(let message): print("warning", message)
        case .phaseEnded(let report): end(report)
        case .buildEnded(let result):
            for rule in result.brokenRules {
                if let line = markers.annotation("error", rule) { log.print(line) }
            }
            log.print("\n" + Summary(result: result, buildspec: buildspec, style: style).text)
        case .cacheSaved, .phaseSkipped, .commandEnded, .reportsDiscovered: break
        }
    }

    /// The heading of the phase, before its first command.
    private func heading() -> String {
        let phase = phase.withLock { phase in
            defer { phase = nil }
            return phase
        }
        guard let phase else { return "" }
        return "\n" + (markers.begin(phase) ?? style.strong(phase.upperCased)) + "\n"
    }

    /// Ends the phase's group, if a command has started it.
    private func end(_ report: PhaseReport) {
        let hasGroup = phase.withLock { $0 == nil }
        if hasGroup, let line = markers.end(report.name, failed: report.state != .succeeded) {
            log.print(line)
        }
    }

    private func text(of command: PhaseCommand) -> String {
        let lines = command.text.value.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.enumerated()
            .filter { $0.offset == 0 || $0.offset < lines.count - 1 || !$0.element.isEmpty }
            .map { ($0.offset == 0 ? "$ " : "> ") + String($0.element).printable }
            .joined(separator: "\n")
        return style.faint(text)
    }

    private func location(of pause: BuildPause) -> String {
        let start = pause.command.text.range.start
        return "\(buildspec):\(start.line):\(start.column)"
    }

    private func print(_ report: GroupReport) {
        for line in ReportText.failures(report) { log.print(markers.inert(line)) }
        for testCase in report.annotated(limit: CIMarkers.maxAnnotations) {
            let location = testCase.file.map { (file: $0, line: testCase.line ?? 1, column: 1) }
            let name = ReportText.name(testCase)
            let message = testCase.message.isEmpty ? name : "\(name)\n\(testCase.message)"
            if let line = markers.annotation("error", message, at: location) { log.print(line) }
        }
        if let failure = report.failure {
            print("error", "report '\(report.label)': \(failure)", at: report.range)
        }
    }

    /// Prints an error or a warning as an annotation, or on standard error if there are none.
    private func print(_ level: String, _ message: String, at range: SourceRange? = nil) {
        let start = range?.start
        let location = start.map { (file: buildspec, line: $0.line, column: $0.column) }
        if let annotation = markers.annotation(level, message, at: location) {
            return log.print(annotation)
        }
        let prefix = start.map { "\(buildspec):\($0.line):\($0.column): " } ?? ""
        log.print(error: "\(prefix)\(level): \(message.oneLine)")
    }
}
