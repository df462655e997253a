internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// What stays on the terminal of an event: whole lines, each ended by a newline.
struct PrettyPhrases {
    /// Of a failed phase, as many lines as somebody can scroll back to; all are in the file.
    private static let linesOfFailure = 2_000
    /// What somebody who stopped or paused the build needs to see where it was.
    private static let linesOfStop = 20

    /// The buildspec's path as messages show it.
    let buildspec: String
    /// Colours or none.
    let style: TextStyle
    /// What keeps the whole log.
    let file: LogFile

    /// The lines of an event; empty if it leaves none.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - offset: where the current phase begins in the file.
    /// - Returns: the text.
    func text(of event: RunEvent, phaseOffset offset: Int64) -> String {
        joined(lines(of: event, offset))
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
                case .failed, .timedOut: log(from: offset, limit: PrettyPhrases.linesOfFailure)
                case .stopped: log(from: offset, limit: PrettyPhrases.linesOfStop)
                }
            return output + [table.row(report)]
        case .phaseRetried(let failure, let attempt, let limit):
            let phase = failure.command.phase.upperCased
            return ["\(phase) failed, again from its start: retry \(attempt) of \(limit)"]
        case .artifactCollected(let report):
            return report.failure.map { [style.bad("error: \($0.oneLine)")] } ?? []
        case .paused: return log(from: offset, limit: PrettyPhrases.linesOfStop)
        case .resumed(let pause, let duration):
            return ["\(place(of: pause)): resumed after \(Quantity.time(duration))"]
        case .buildEnded(let result):
            return Summary(result, buildspec: buildspec, style: style, log: file.path.string)
                .belowPhases
        case .cacheRestored, .cacheSaved, .phaseBegan, .commandBegan, .commandEnded,
            .commandStopped, .output:
            return []
        }
    }

    /// What the file has of the phase so far, without what would move the cursor.
    private func log(from offset: Int64, limit: Int) -> [String] {
        let log = file.lines(from: offset, limit: limit)
        let omission = log.areAll ? [] : ["… the lines before are in \(file.path)"]
        return omission
            + log.lines.map { OutputLine.text($0, keepingColours: style.isColoured) }
    }

    private func place(of pause: BuildPause) -> String {
        let start = pause.command.text.range.start
        return "\(buildspec):\(start.line):\(start.column)"
    }

    private func joined(_ lines: [String]) -> String {
        lines.map { $0 + "\r\n" }.joined()
    }
}
