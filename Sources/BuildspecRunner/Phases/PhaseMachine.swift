package import BuildspecModel

/// The rules of CodeBuild's phases, as a state machine that decides what a build does next.
///
/// The machine starts no processes and has no clock. A driver calls `next()` in a loop, runs the step,
/// and reports the exit status of a command with `record(status:)`.
///
/// Sources: CodeBuild user guide, "Build specification reference" (`commands`, `finally`,
/// `on-failure`) and "Build phase transitions". The guide leaves these rules open:
/// - A build with a failed phase is FAILED, even if it continued because of `on-failure: CONTINUE`.
/// - `ABORT` in `build` or `post_build` skips the artifacts too.
/// - `finally` stops at its first failure, as `commands` does.
/// - `RETRY` runs the phase's `commands` again. `finally` runs once, after the last try, and its failure
///   is not retried. After the last try, a failure counts as if `on-failure` were not set.
package struct PhaseMachine: Sendable {
    /// One step of a build.
    package enum Step: Sendable, Equatable {
        /// Enter a phase.
        case begin(PhaseName)
        /// Run a command, then call `record(status:)`.
        case run(PhaseCommand)
        /// Restore the state with which the phase began, because its commands run again.
        case retry(PhaseName, attempt: Int, of: Int, CommandFailure)
        /// Leave a phase.
        case end(PhaseName, PhaseState, CommandFailure?)
        /// Skip a phase.
        case skip(PhaseName)
        /// End the build, because all phases are over.
        case finish(BuildState, collectsArtifacts: Bool)
    }

    private enum Position: Sendable {
        case before
        case entering
        case commands(Int)
        case retrying(CommandFailure)
        case finally(Int)
        case leaving
    }

    /// Whether no command has failed so far: `CODEBUILD_BUILD_SUCCEEDING`.
    ///
    /// It is false as soon as a command failed, so also in the `finally` of the failed phase.
    package private(set) var isSucceeding = true

    /// The reason why the search for the pattern of `on-failure: RETRY` ended early, for the last
    /// recorded command; the pattern then counts as not found.
    package private(set) var warning: String?

    private let phases: [PhaseName: Phase]
    private let selection: Set<PhaseName>?
    private let evaluateRetry: @Sendable (_ pattern: String, _ message: String) -> RetryEvaluation
    private var current = 0
    private var position = Position.before
    private var failure: CommandFailure?
    private var retries = 0
    private var runsLaterPhases = true
    private var collectsArtifacts = true
    private var stopReason: StopReason?

    /// Creates the machine at its start; a `selection` of `nil` allows all phases.
    package init(
        phases: [PhaseName: Phase],
        selection: Set<PhaseName>? = nil,
        evaluateRetry:
            @escaping @Sendable (_ pattern: String, _ message: String) -> RetryEvaluation =
            RetryEvaluation.evaluate
    ) {
        self.phases = phases
        self.selection = selection
        self.evaluateRetry = evaluateRetry
    }

    /// Returns the next step.
    package mutating func next() -> Step {
        while current < PhaseName.allCases.count {
            if let step = stepInPhase(PhaseName.allCases[current]) { return step }
        }
        return .finish(state, collectsArtifacts: collectsArtifacts && stopReason == nil)
    }

    /// Records the exit status of the command of the last `.run`.
    package mutating func record(status: Int32, mayRetry: Bool = true) {
        warning = nil
        switch position {
        case .commands(let index): recordCommand(index, status, mayRetry)
        case .finally(let index): recordFinally(index, status)
        case .before, .entering, .retrying, .leaving: break
        }
    }

    /// Ends the build without further commands and artifacts; the first reason is kept.
    package mutating func stop(_ reason: StopReason) {
        if stopReason == nil { stopReason = reason }
    }
}

extension PhaseMachine {
    private var state: BuildState {
        switch stopReason {
        case .stopped: .stopped
        case .timedOut: .timedOut
        case nil: isSucceeding ? .succeeded : .failed
        }
    }

    /// Returns the step at this position, or `nil` after a move to another position without a step.
    private mutating func stepInPhase(_ name: PhaseName) -> Step? {
        let phase = phases[name] ?? Phase()
        switch position {
        case .before: return enter(name)
        case _ where stopReason != nil: return leave(name, phase)
        case .entering: position = .commands(0)
        case .commands(let index):
            if index < phase.commands.count { return .run(command(.commands, index)) }
            position = .finally(0)
        case .retrying(let failure):
            position = .commands(0)
            return .retry(name, attempt: retries, of: phase.retryCount, failure)
        case .finally(let index):
            if index < phase.finally.count { return .run(command(.finally, index)) }
            position = .leaving
        case .leaving: return leave(name, phase)
        }
        return nil
    }

    private mutating func enter(_ name: PhaseName) -> Step {
        guard runsLaterPhases, stopReason == nil, selection?.contains(name) ?? true else {
            current += 1
            return .skip(name)
        }
        position = .entering
        failure = nil
        retries = 0
        return .begin(name)
    }

    /// Returns an existing command of the current phase.
    private func command(_ list: PhaseCommand.List, _ index: Int) -> PhaseCommand {
        let name = PhaseName.allCases[current]
        let phase = phases[name] ?? Phase()
        let text = list == .commands ? phase.commands[index] : phase.finally[index]
        return PhaseCommand(phase: name, list: list, index: index, text: text)
    }

    private mutating func recordCommand(_ index: Int, _ status: Int32, _ mayRetry: Bool) {
        guard status != 0 else {
            position = .commands(index + 1)
            return
        }
        let failure = CommandFailure(command: command(.commands, index), status: status)
        if mayRetry, isRetried(failure, phases[failure.command.phase]?.onFailure) {
            retries += 1
            position = .retrying(failure)
        } else {
            self.failure = failure
            isSucceeding = false
            position = .finally(0)
        }
    }

    private mutating func isRetried(_ failure: CommandFailure, _ rule: OnFailure?) -> Bool {
        guard case .retry(let count, let pattern) = rule, retries < count else { return false }
        let evaluation = evaluateRetry(pattern, failure.message)
        warning = evaluation.warning
        return evaluation.isRetried
    }

    private mutating func recordFinally(_ index: Int, _ status: Int32) {
        guard status != 0 else {
            position = .finally(index + 1)
            return
        }
        failure = failure ?? CommandFailure(command: command(.finally, index), status: status)
        isSucceeding = false
        position = .leaving
    }

    private mutating func leave(_ name: PhaseName, _ phase: Phase) -> Step {
        position = .before
        current += 1
        if let stopReason {
            return .end(name, stopReason == .stopped ? .stopped : .timedOut, failure)
        }
        guard let failure else { return .end(name, .succeeded, nil) }
        applyFailureRule(phase.onFailure, of: name)
        return .end(name, .failed, failure)
    }

    /// Decides what a failed phase means for the rest of the build.
    private mutating func applyFailureRule(_ onFailure: OnFailure?, of name: PhaseName) {
        let endsBuild =
            switch onFailure {
            case .abort: true
            case .continue: false
            case .retry, nil: name < .build
            }
        guard endsBuild else { return }
        runsLaterPhases = false
        collectsArtifacts = false
    }
}

extension Phase {
    fileprivate var retryCount: Int {
        if case .retry(let count, _) = onFailure { count } else { 0 }
    }
}
