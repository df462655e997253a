package import BuildspecModel

/// What a build does next, given what happened: the rules of CodeBuild's phases as a value.
///
/// Starts no processes and knows no time. A driver asks `next()` in a loop, does what it says, and
/// tells how a command ended with `record(status:)`.
///
/// Sources: CodeBuild user guide, "Build specification reference" (`commands`, `finally`,
/// `on-failure`) and "Build phase transitions". What the guide leaves open is decided here:
/// - A build with a failed phase is FAILED, also when `on-failure: CONTINUE` let it go on.
/// - `ABORT` in `build` or `post_build` skips the artifacts too.
/// - `finally` stops at its first failure, as `commands` does.
/// - `RETRY` runs the phase's `commands` again; `finally` runs once, after the last try, and its own
///   failure is not retried. After the last try it is as if `on-failure` were unset.
package struct PhaseMachine: Sendable {
    /// One step of a build.
    package enum Step: Sendable, Equatable {
        /// Enter a phase.
        case begin(PhaseName)
        /// Run a command, then call `record(status:)`.
        case run(PhaseCommand)
        /// Put back the state that the phase began with; the phase's commands come again.
        case retry(PhaseName, attempt: Int, of: Int, CommandFailure)
        /// Leave a phase.
        case end(PhaseName, PhaseState, CommandFailure?)
        /// Pass over a phase.
        case skip(PhaseName)
        /// All phases are behind us.
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
    /// It is false as soon as a command failed, so in the failing phase's own `finally` too.
    package private(set) var isSucceeding = true

    /// Why the pattern of `on-failure: RETRY` counts as not found without having been looked for to
    /// the end; of the command that was recorded last.
    package private(set) var complaint: String?

    private let phases: [PhaseName: Phase]
    private let selection: Set<PhaseName>?
    private let asksForRetry: @Sendable (_ pattern: String, _ message: String) -> RetryEvaluation
    private var current = 0
    private var position = Position.before
    private var failure: CommandFailure?
    private var retries = 0
    private var goesOn = true
    private var collectsArtifacts = true
    private var stopReason: StopReason?

    /// Creates the machine at its start.
    ///
    /// - Parameters:
    ///   - phases: the declared phases.
    ///   - selection: the phases that may run; `nil` is all.
    ///   - asksForRetry: whether an error message has the pattern of an `on-failure: RETRY`.
    package init(
        phases: [PhaseName: Phase],
        selection: Set<PhaseName>? = nil,
        asksForRetry:
            @escaping @Sendable (_ pattern: String, _ message: String) -> RetryEvaluation =
            RetryEvaluation.answer
    ) {
        self.phases = phases
        self.selection = selection
        self.asksForRetry = asksForRetry
    }

    /// Says what to do now.
    package mutating func next() -> Step {
        while current < PhaseName.allCases.count {
            if let step = stepInPhase(PhaseName.allCases[current]) { return step }
        }
        return .finish(state, collectsArtifacts: collectsArtifacts && stopReason == nil)
    }

    /// Notes how the command of the last `.run` ended.
    ///
    /// - Parameter status: its exit status.
    package mutating func record(status: Int32) {
        complaint = nil
        switch position {
        case .commands(let index): recordCommand(index, status)
        case .finally(let index): recordFinally(index, status)
        case .before, .entering, .retrying, .leaving: break
        }
    }

    /// Ends the build: no further command, no artifacts.
    ///
    /// - Parameter reason: why; the first one counts.
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

    /// The step at this position, or `nil` after a silent move to another position.
    private mutating func stepInPhase(_ name: PhaseName) -> Step? {
        let phase = phases[name] ?? Phase()
        switch position {
        case .before: return enter(name)
        case _ where stopReason != nil: return leave(name, phase)
        case .entering: position = .commands(0)
        case .commands(let index):
            if let step = command(name, .commands, index, of: phase.commands) { return step }
            position = .finally(0)
        case .retrying(let failure):
            position = .commands(0)
            return .retry(name, attempt: retries, of: phase.retryCount, failure)
        case .finally(let index):
            if let step = command(name, .finally, index, of: phase.finally) { return step }
            position = .leaving
        case .leaving: return leave(name, phase)
        }
        return nil
    }

    private mutating func enter(_ name: PhaseName) -> Step {
        guard goesOn, stopReason == nil, selection?.contains(name) ?? true else {
            current += 1
            return .skip(name)
        }
        position = .entering
        failure = nil
        retries = 0
        return .begin(name)
    }

    private func command(
        _ phase: PhaseName,
        _ list: PhaseCommand.List,
        _ index: Int,
        of texts: [Located<String>]
    ) -> Step? {
        guard index < texts.count else { return nil }
        return .run(PhaseCommand(phase: phase, list: list, index: index, text: texts[index]))
    }

    private mutating func recordCommand(_ index: Int, _ status: Int32) {
        guard status != 0 else {
            position = .commands(index + 1)
            return
        }
        let name = PhaseName.allCases[current]
        let phase = phases[name] ?? Phase()
        let failure = CommandFailure(
            command: PhaseCommand(
                phase: name,
                list: .commands,
                index: index,
                text: phase.commands[index]
            ),
            status: status
        )
        if isRetried(failure, phase.onFailure) {
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
        let question = asksForRetry(pattern, failure.message)
        complaint = question.complaint
        return question.isRetried
    }

    private mutating func recordFinally(_ index: Int, _ status: Int32) {
        guard status != 0 else {
            position = .finally(index + 1)
            return
        }
        let name = PhaseName.allCases[current]
        let text = (phases[name] ?? Phase()).finally[index]
        let command = PhaseCommand(phase: name, list: .finally, index: index, text: text)
        failure = failure ?? CommandFailure(command: command, status: status)
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
        settle(after: name, phase.onFailure)
        return .end(name, .failed, failure)
    }

    /// The failure table: what a failed phase means for the rest of the build.
    private mutating func settle(after name: PhaseName, _ onFailure: OnFailure?) {
        switch onFailure {
        case .abort:
            goesOn = false
            collectsArtifacts = false
        case .continue:
            break
        case .retry, nil:
            guard name < .build else { break }
            goesOn = false
            collectsArtifacts = false
        }
    }
}

extension Phase {
    fileprivate var retryCount: Int {
        if case .retry(let count, _) = onFailure { count } else { 0 }
    }
}
