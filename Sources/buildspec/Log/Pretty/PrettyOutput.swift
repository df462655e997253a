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

/// The interactive log: the current command in a few lines that are updated, a line for each phase that
/// has ended, and the output of a failed phase.
///
/// A file has the plain log with everything, and the summary names the file. At most 20 frames a second
/// are written, and none if nothing has changed.
final class PrettyOutput: EventSink {
    private struct State {
        var view: BuildView
        var region = LiveRegion()
        /// The offset in the log file at which the phase begins.
        var phaseOffset: Int64 = 0
        var lastFrame: ContinuousClock.Instant
        var isFrameDue = false
        var isSecondDue = false
        /// Whether the build has ended, or a shell uses the terminal.
        var isQuiet = false
        var isBroken = false
    }

    private static let frameTime = Duration.milliseconds(50)

    private let phrases: PrettyPhrases
    private let file: LogFile
    private let log: PlainOutput
    private let fallback: LogFileFallback
    private let terminal: PrettyTerminal
    private let onFailure: @Sendable () -> Void
    private let queue = DispatchQueue(label: "buildspec terminal")
    private let state: Mutex<State>

    /// Creates a log that calls `onFailure` once when the terminal cannot be written.
    ///
    /// `name` is the path of the buildspec file for messages, and `file` has the whole log.
    init(
        _ buildspec: Buildspec,
        named name: String,
        style: TextStyle,
        file: LogFile,
        on terminal: PrettyTerminal,
        onFailure: @escaping @Sendable () -> Void
    ) {
        let now = ContinuousClock.now
        let fallback = LogFileFallback()
        phrases = PrettyPhrases(buildspec: name, style: style, file: file)
        self.file = file
        self.fallback = fallback
        self.terminal = terminal
        self.onFailure = onFailure
        log = PlainOutput(
            buildspec: name,
            style: .plain,
            markers: .none,
            log: LogWriter(file.stream, file.stream) { fallback.activate() }
        )
        state = Mutex(
            State(view: BuildView(of: buildspec.phases, style: style, now: now), lastFrame: now)
        )
    }

    /// Writes the event to the file and shows it.
    func receive(_ event: RunEvent) async {
        await log.receive(event)
        state.withLock { state in
            state.view.update(event, now: .now)
            if case .phaseBegan = event { state.phaseOffset = file.size }
            var text = phrases.text(of: event, phaseOffset: state.phaseOffset)
            if let output = fallback.text(before: event, file.path) { text = output + text }
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

    /// Draws again when the terminal's size changes, and when the process continues after Ctrl-Z, until
    /// the returned closure is called.
    func watchTerminal() -> () -> Void {
        let sources = [
            Signals.watch(SIGWINCH) { [weak self] in
                self?.state.withLock { self?.schedule(&$0) }
            },
            Signals.watch(SIGCONT) { [weak self] in
                self?.state.withLock { state in
                    // The shell has written below the region, so a new region is drawn.
                    state.region = LiveRegion()
                    self?.schedule(&state)
                }
            },
        ]
        return { for source in sources { source.cancel() } }
    }

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
            onFailure()
        }
        if !lines.isEmpty { scheduleSecond(&state) }
    }

    /// Schedules a frame in a second, to update the shown time.
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

/// A terminal whose cursor can be moved.
struct PrettyTerminal: Sendable {
    /// Writes a text at once, and returns whether it was written.
    var write: @Sendable (String) -> Bool
    var size: @Sendable () -> LiveRegion.Size

    static let standardOutput = PrettyTerminal(
        write: { StandardStream.output.write($0) },
        size: {
            var size = winsize()
            guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
                return LiveRegion.Size(columns: 80, rows: 24)
            }
            return LiveRegion.Size(columns: Int(size.ws_col), rows: max(1, Int(size.ws_row)))
        }
    )
}
