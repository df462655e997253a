internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// The lines about events that stay on the terminal.
struct PrettyPhrases {
    /// The most lines that are shown of a failed phase; the file has all lines.
    private static let failureLines = 2_000
    /// The most lines that are shown of a stopped or paused phase.
    private static let stopLines = 20

    /// The path of the buildspec file for messages.
    let buildspec: String
    let style: TextStyle
    /// The file of the whole log.
    let file: LogFile

    /// Makes the lines of an event; the phase begins at `offset` in the file.
    func text(of event: RunEvent, phaseOffset offset: Int64) -> String {
        lines(of: event, offset).map { $0 + "\r\n" }.joined()
    }

    private func lines(of event: RunEvent, _ offset: Int64) -> [String] {
        let table = PhaseTable(style: style)
        switch event {
        case .buildBegan(let identity):
            return [style.strong("\(identity.project.oneLine), build \(identity.number)")]
        case .note(let message): return [style.faint(message.oneLine)]
        case .warning(let message): return ["warning: \(message.oneLine)"]
        case .phaseSkipped(let name): return [table.row(name.upperCased, .skipped, .zero)]
        case .phaseEnded(let report):
            let output: [String] =
                switch report.state {
                case .succeeded, .skipped: []
                case .failed, .timedOut: log(from: offset, limit: PrettyPhrases.failureLines)
                case .stopped: log(from: offset, limit: PrettyPhrases.stopLines)
                }
            return output + [table.row(report)]
        case .phaseRetried(let failure, let attempt, let limit):
            let phase = failure.command.phase.upperCased
            return ["\(phase) failed and starts again: retry \(attempt) of \(limit)"]
        case .artifactCollected(let report):
            return report.failure.map { [style.bad("error: \($0.oneLine)")] } ?? []
        case .reportRead(let report):
            let failure = report.failure.map {
                style.bad("error: report '\(report.label)': \($0)".oneLine)
            }
            return ReportText.failures(report) + [failure].compactMap(\.self)
        case .paused: return log(from: offset, limit: PrettyPhrases.stopLines)
        case .resumed(let pause, let duration):
            return ["\(location(of: pause)): resumed after \(Quantity.time(duration))"]
        case .buildEnded(let result):
            let log = file.path.string
            return Summary(result: result, buildspec: buildspec, style: style, log: log).afterPhases
        case .cacheRestored, .cacheSaved, .phaseBegan, .commandBegan, .commandEnded,
            .commandStopped, .output, .reportsDiscovered:
            return []
        }
    }

    /// Reads the output of the phase so far from the file, in lines that are safe for the terminal.
    private func log(from offset: Int64, limit: Int) -> [String] {
        let log = file.lines(from: offset, limit: limit)
        let omission = log.areAll ? [] : ["… the previous lines are in \(file.path)"]
        return omission
            + log.lines.map { OutputLine.text($0, keepingColours: style.isColoured) }
    }

    private func location(of pause: BuildPause) -> String {
        let start = pause.command.text.range.start
        return "\(buildspec):\(start.line):\(start.column)"
    }
}
