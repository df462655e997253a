internal import BuildspecModel
internal import BuildspecRunner

/// The current state of a build as the lines of a live region.
struct BuildView {
    private static let outputLines = 8

    private let phases: [PhaseName: Phase]
    private let style: TextStyle
    private let start: ContinuousClock.Instant
    private var activity: String? = "starting"
    private var phase: (name: PhaseName, start: ContinuousClock.Instant)?
    private var command: PhaseCommand?
    private var tail = OutputTail(limit: BuildView.outputLines)

    /// Creates the view of a build that starts now.
    init(of phases: [PhaseName: Phase], style: TextStyle, now: ContinuousClock.Instant) {
        self.phases = phases
        self.style = style
        start = now
    }

    mutating func update(_ event: RunEvent, now: ContinuousClock.Instant) {
        switch event {
        case .output(let bytes): tail.append(bytes)
        case .phaseBegan(let name):
            phase = (name, now)
            activity = nil
        case .commandBegan(let command):
            self.command = command
            tail.clear()
        case .phaseEnded(let report):
            (phase, command) = (nil, nil)
            tail.clear()
            if report.name == .postBuild { activity = "finishing" }
        case .phaseSkipped(let name):
            if name == .postBuild { activity = "finishing" }
        case .buildEnded: (phase, activity) = (nil, nil)
        default: break
        }
    }

    func lines(_ size: LiveRegion.Size, now: ContinuousClock.Instant) -> [LiveRegion.Line] {
        // The last column stays empty, because some terminals wrap after a character in it.
        let columns = size.columns - 1
        func line(_ text: String, _ style: (String) -> String = { $0 }) -> LiveRegion.Line {
            let text = TerminalText.cut(text, to: columns)
            return LiveRegion.Line(text: style(text), width: TerminalText.width(of: text))
        }
        guard let phase else { return activity.map { [line($0, style.faint)] } ?? [] }
        let row = PhaseTable.row(
            running: phase.name.upperCased,
            BuildView.seconds(now - phase.start)
        )
        let total =
            phase.start - start > .seconds(1) ? ", \(BuildView.seconds(now - start)) in total" : ""
        var lines = [line("\(row)   \(progress)\(total)", style.strong)]
        guard let command else { return lines }
        let text = command.text.value.split(separator: "\n")
        lines.append(
            line(
                "$ \(OutputLine.text((text.first ?? "").utf8))\(text.count > 1 ? " …" : "")",
                style.faint
            )
        )
        // The lines above the live region should stay visible.
        let count = min(BuildView.outputLines, size.rows / 2 - lines.count)
        lines += tail.lines.suffix(max(0, count)).map { line("  " + OutputLine.text($0)) }
        return lines
    }

    /// The number of the current command, and the number of commands in its list.
    private var progress: String {
        guard let command, let phase = phases[command.phase] else { return "" }
        switch command.list {
        case .commands: return "command \(command.index + 1) of \(phase.commands.count)"
        case .finally: return "finally \(command.index + 1) of \(phase.finally.count)"
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        duration < .seconds(99) ? "\(duration.components.seconds) s" : Quantity.time(duration)
    }
}
