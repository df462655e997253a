import BuildspecModel
import BuildspecRunner

/// The steps of a `PhaseMachine` if some commands fail.
struct Trace {
    var commands: [String] = []
    var states: [PhaseState] = []
    var failures: [CommandFailure] = []
    var retries: [Int] = []
    var succeeding: [String: Bool] = [:]
    var state = BuildState.succeeded
    var collectsArtifacts = false

    /// Drives a machine to its end.
    ///
    /// The commands in `failing` exit with status 7, `times` times; the build is stopped while
    /// `stopAt` runs.
    init(
        _ phases: [PhaseName: Phase],
        failing: Set<String>,
        times: Int = .max,
        selection: Set<PhaseName>? = nil,
        stopAt: String? = nil,
        _ reason: StopReason = .stopped
    ) {
        var machine = PhaseMachine(phases: phases, selection: selection)
        var failuresLeft = times
        while true {
            switch machine.next() {
            case .begin: break
            case .run(let command):
                let text = command.text.value
                commands.append(text)
                succeeding[text] = machine.isSucceeding
                if text == stopAt {
                    machine.stop(reason)
                } else if failing.contains(text), failuresLeft > 0 {
                    failuresLeft -= 1
                    machine.record(status: 7)
                } else {
                    machine.record(status: 0)
                }
            case .retry(_, let attempt, _, _): retries.append(attempt)
            case .end(_, let state, let failure):
                states.append(state)
                if let failure { failures.append(failure) }
            case .skip: states.append(.skipped)
            case .finish(let state, let collectsArtifacts):
                self.state = state
                self.collectsArtifacts = collectsArtifacts
                return
            }
        }
    }
}
