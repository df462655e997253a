internal import BuildspecModel
internal import BuildspecRunner
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

/// The log for somebody who watches: what is going on now, in a few lines that are written over; a line
/// for each phase that is over, and the output of one that failed.
///
/// Everything is in a file too, as the plain log, and the file is named at the end. At most 20 frames a
/// second are written, and none when nothing has changed.
final class PrettyOutput: EventSink {
    private struct State {
        var view: BuildView
        var region = LiveRegion()
        /// Where the log of the phase begins.
        var phaseOffset: Int64 = 0
        var lastFrame: ContinuousClock.Instant
        var isFrameDue = false
        var isSecondDue = false
        /// The build is over, or the terminal is somebody else's for now.
        var isQuiet = false
        var isBroken = false
    }

    private static let frameTime = Duration.milliseconds(50)

    private let phrases: PrettyPhrases
    private let file: LogFile
    private let log: PlainOutput
    private let isLogLost: LogFileFallback
    private let terminal: PrettyTerminal
    private let broken: @Sendable () -> Void
    private let queue = DispatchQueue(label: "buildspec terminal")
    private let state: Mutex<State>

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - buildspec: the buildspec.
    ///   - name: its path as messages show it.
    ///   - style: colours or none.
    ///   - file: what keeps the whole log.
    ///   - terminal: where to draw.
    ///   - broken: called once when nobody reads the terminal any more.
    init(
        _ buildspec: Buildspec,
        named name: String,
        style: TextStyle,
        file: LogFile,
        on terminal: PrettyTerminal,
        broken: @escaping @Sendable () -> Void
    ) {
        let now = ContinuousClock.now
        let isLogLost = LogFileFallback()
        phrases = PrettyPhrases(buildspec: name, style: style, file: file)
        self.file = file
        self.isLogLost = isLogLost
        self.terminal = terminal
        self.broken = broken
        log = PlainOutput(
            buildspec: name,
            style: .plain,
            markers: .none,
            log: LogWriter(file.stream, file.stream) { isLogLost.note() }
        )
        state = Mutex(
            State(
                view: BuildView(of: buildspec.phases, style: style, now: now),
                lastFrame: now
            )
        )
    }

    /// Writes the event to the file and shows it.
    func receive(_ event: RunEvent) async {
        await log.receive(event)
        state.withLock { state in
            state.view.note(event, now: .now)
            if case .phaseBegan = event { state.phaseOffset = file.size }
            var text = phrases.text(of: event, phaseOffset: state.phaseOffset)
            if let loss = isLogLost.text(before: event, file.path) { text = loss + text }
            switch event {
            case .resumed: state.isQuiet = false
            case .paused, .buildEnded:
                draw(&state, below: text, hidden: true)
                state.isQuiet = true
                return
            default: break
            }
            if text.isEmpty { schedule(&state) } else { draw(&state, below: text) }
        }
    }

    /// Draws again when the terminal has another size, or is ours again after Ctrl-Z, until the
    /// sources are cancelled.
    func watchTerminal() -> [any DispatchSourceSignal] {
        [
            Signals.watch(SIGWINCH) { [weak self] in
                self?.state.withLock { self?.schedule(&$0) }
            },
            Signals.watch(SIGCONT) { [weak self] in
                self?.state.withLock { state in
                    // What was shown is further up now, above what the shell has written.
                    state.region = LiveRegion()
                    self?.schedule(&state)
                }
            },
        ]
    }

    /// Sees to it that there is a frame soon.
    private func schedule(_ state: inout State) {
        guard !state.isFrameDue, !state.isQuiet else { return }
        state.isFrameDue = true
        let wait = max(.zero, PrettyOutput.frameTime - (.now - state.lastFrame))
        queue.asyncAfter(deadline: .now() + .microseconds(Int(wait / .microseconds(1)))) {
            [weak self] in
            self?.state.withLock { state in
                state.isFrameDue = false
                self?.draw(&state)
            }
        }
    }

    private func draw(_ state: inout State, below text: String = "", hidden: Bool = false) {
        guard !state.isQuiet, !state.isBroken else { return }
        let now = ContinuousClock.now
        let size = terminal.size()
        let lines = hidden ? [] : state.view.lines(size, now: now)
        let frame = state.region.show(lines, in: size, below: text)
        state.lastFrame = now
        if !frame.isEmpty, !terminal.write(frame) {
            state.isBroken = true
            broken()
        }
        if !lines.isEmpty { scheduleSecond(&state) }
    }

    /// Lets the shown time go on.
    private func scheduleSecond(_ state: inout State) {
        guard !state.isSecondDue else { return }
        state.isSecondDue = true
        queue.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            self?.state.withLock { state in
                state.isSecondDue = false
                self?.draw(&state)
            }
        }
    }
}
