internal import BuildspecModel
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// A driver that runs the steps of a `PhaseMachine` in a shell session.
struct PhaseDriver: Sendable {
    /// The result of all phases.
    struct Outcome: Sendable {
        var state: BuildState
        var phases: [PhaseReport] = []
        var collectsArtifacts: Bool
    }

    /// The session that runs the commands.
    let session: ShellSession
    /// The users of the commands.
    let users: BuildUsers
    /// The paths that a user must reach who is created by the build itself.
    let requiredPaths: BuildUsers.RequiredPaths
    /// The value of `PATH` in the build, for hints.
    let searchPath: String?
    /// The receiver of the events.
    let output: OutputMultiplexer
    /// The debugger; `nil` if the build never pauses.
    let debugger: Debugger?
    /// Returns the reason for a cancelled task.
    let stopReason: @Sendable () -> StopReason

    /// Runs the phases to their end, or until the task is cancelled.
    ///
    /// - Parameter machine: The machine at its start.
    /// - Returns: The result of all phases.
    func run(_ machine: PhaseMachine) async -> Outcome {
        await withTaskGroup(of: Void.self) { group in
            let isOver = Flag()
            group.addTask { await warnOfDelay(until: isOver) }
            let outcome = await runPhases(machine)
            isOver.set()
            group.cancelAll()
            return outcome
        }
    }

    /// Emits a warning if a command still runs a second after the build was stopped, because the build
    /// would seem to hang otherwise.
    private func warnOfDelay(until isOver: Flag) async {
        try? await Task.sleep(for: .seconds(Int32.max))
        for _ in 1...50 where !isOver.isSet { await Pause.uncancelled(for: .milliseconds(20)) }
        guard !isOver.isSet else { return }
        await output.emit(.warning("the command does not end; waiting before killing it"))
    }

    private func runPhases(_ first: PhaseMachine) async -> Outcome {
        var machine = first
        var users = self.users
        var obstacle: String?
        var reports: [PhaseReport] = []
        var firstState: SavedState?
        let clock = ContinuousClock()
        var start = clock.now
        while true {
            if Task.isCancelled { machine.stop(stopReason()) }
            switch machine.next() {
            case .begin(let phase):
                start = clock.now
                await output.emit(.phaseBegan(phase))
                obstacle = await users.resolve(phase, requiredPaths)
                if obstacle == nil { session.evaluate(as: users.defaultUser) }
                await warning("keep the phase's first state") { firstState = try session.state() }
            case .run(let command):
                await run(command, as: users[command.phase], unless: obstacle, &machine)
            case .retry(_, let attempt, let limit, let failure):
                await output.emit(.phaseRetried(failure, attempt: attempt, of: limit))
                await warning("go back to the phase's first state") {
                    if let firstState { try session.restore(firstState) }
                }
            case .end(let phase, let state, let failure):
                reports.append(
                    PhaseReport(
                        name: phase,
                        state: state,
                        duration: clock.now - start,
                        failure: failure
                    )
                )
                await output.emit(.phaseEnded(reports[reports.count - 1]))
            case .skip(let phase):
                reports.append(PhaseReport(name: phase, state: .skipped, duration: .zero))
                await output.emit(.phaseSkipped(phase))
            case .finish(let state, let collectsArtifacts):
                return Outcome(state: state, phases: reports, collectsArtifacts: collectsArtifacts)
            }
        }
    }

    private func run(
        _ command: PhaseCommand,
        as user: UserAccount?,
        unless obstacle: String?,
        _ machine: inout PhaseMachine
    ) async {
        let clock = ContinuousClock()
        let start = clock.now
        let succeeding = machine.isSucceeding
        await output.emit(.commandBegan(command))
        let status: Int32
        if let obstacle {
            await output.emit(.warning(obstacle))
            status = 126
        } else {
            status = await self.status(of: command, as: user, isSucceeding: succeeding)
        }
        let finalState = status == 0 ? nil : stateAfterFailure(of: user)
        let duration = clock.now - start
        if Task.isCancelled {
            machine.stop(stopReason())
            return await output.emit(.commandStopped(command, stopReason()))
        }
        machine.record(status: status)
        if let warning = machine.warning {
            await output.emit(.warning("on-failure: \(warning)"))
        }
        if succeeding, !machine.isSucceeding {
            await warning("set CODEBUILD_BUILD_SUCCEEDING") { try session.recordFailure() }
        }
        await output.emit(.commandEnded(command, status: status, duration: duration))
        if let hint = await imageHint(command, status) { await output.emit(.warning(hint)) }
        if let finalState {
            await debugger?.pause(.failure(command, status: status), in: finalState)
        }
    }

    /// Returns the final state of a failed command; `nil` if the build does not pause after it.
    private func stateAfterFailure(of user: UserAccount?) -> SavedState? {
        guard debugger?.options.pausesAtFailures == true, !Task.isCancelled else { return nil }
        return try? session.finalStateOfCommand(of: user)
    }

    /// Runs `body` on the state files, and emits a warning if it fails.
    private func warning(_ action: String, _ body: () throws -> Void) async {
        do {
            try body()
        } catch {
            await output.emit(.warning("cannot \(action): \(error)"))
        }
    }

    /// Runs a command and returns its exit status.
    ///
    /// The status is 126, with a warning, if the shell cannot be started, or if its state cannot be saved.
    private func status(
        of command: PhaseCommand,
        as user: UserAccount?,
        isSucceeding: Bool
    ) async -> Int32 {
        do {
            return try await session.run(
                command.text.value,
                as: user,
                isSucceeding: isSucceeding,
                atBreakpoint: debugger?.pausing(at: command)
            )
        } catch {
            if !Task.isCancelled { await output.emit(.warning(message(for: error))) }
            return 126
        }
    }

    /// Returns a hint about the image that a failed command needs, if a program of an image is missing.
    private func imageHint(_ command: PhaseCommand, _ status: Int32) async -> String? {
        let programs = ImageProgram.missing(from: command.text.value, status: status)
        for program in programs {
            let candidates = SearchPath.candidates(for: program.name, in: searchPath)
            if await session.execution.firstProgram(of: candidates) == nil {
                return program.hint(session.execution.locationText)
            }
        }
        return nil
    }

    /// Returns the message for an error that kept a command from running, or its state from being saved.
    private func message(for error: any Error) -> String {
        switch error {
        case Errno.tooManyOpenFiles:
            "cannot run the command: too many files are open; raise the limit with 'ulimit -n'"
        case let error as Errno:
            "cannot save the state of commands in '\(session.stateStore.privateDirectory.path)': "
                + "\(error); free some space there, or set TMPDIR to a directory with free space"
        case let error as ContainerConnection.ConnectionLost: "\(error)"
        default: "cannot run the command: \(error)"
        }
    }
}

/// A flag that is set once.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
