internal import BuildspecCache
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

    let session: ShellSession
    let users: BuildUsers
    /// The paths that a user must reach who is created by the build itself.
    let requiredPaths: BuildUsers.RequiredPaths
    /// The value of `PATH` in the build, for hints.
    let searchPath: String?
    let output: OutputMultiplexer
    /// The debugger; `nil` if the build never pauses.
    let debugger: Debugger?
    /// Whether the container has ended, so that no further command can run.
    let isContainerLost = Flag()
    /// Hands restored files over to a user whom a phase has created.
    let handOver: @Sendable (TreeOwner) async -> Void
    /// Returns the reason for a cancelled task.
    let stopReason: @Sendable () -> StopReason

    /// Runs the phases to their end, or until the task is cancelled.
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
        // The commands that started programs in the background.
        var started: [String] = []
        let clock = ContinuousClock()
        var start = clock.now
        while true {
            if Task.isCancelled { machine.stop(stopReason()) }
            switch machine.next() {
            case .begin(let phase):
                start = clock.now
                await output.emit(.phaseBegan(phase))
                let owner = users.cacheOwner
                obstacle = await users.resolve(phase, requiredPaths)
                if owner == nil, let owner = users.cacheOwner { await handOver(owner) }
                if obstacle == nil { session.evaluate(as: users.defaultUser) }
                await warning("keep the phase's first state") { firstState = try session.state() }
            case .run(let command):
                await run(command, as: users[command.phase], unless: obstacle, &machine, &started)
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
        _ machine: inout PhaseMachine,
        _ started: inout [String]
    ) async {
        let clock = ContinuousClock()
        let start = clock.now
        let succeeding = machine.isSucceeding
        await output.emit(.commandBegan(command))
        let status: Int32
        if isContainerLost.isSet {
            // The command that lost the container has reported it.
            status = 126
        } else if let obstacle {
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
        machine.record(status: status, mayRetry: !isContainerLost.isSet)
        if let warning = machine.warning {
            await output.emit(.warning("on-failure: \(warning)"))
        }
        if succeeding, !machine.isSucceeding {
            await warning("set CODEBUILD_BUILD_SUCCEEDING") { try session.recordFailure() }
        }
        await output.emit(.commandEnded(command, status: status, duration: duration))
        if let hint = await imageHint(command, status, started) {
            await output.emit(.warning(hint))
        }
        if status == 0, command.text.value.contains(#/[^&>]&(\s|$)/#) {
            started.append(command.text.value)
        }
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

    /// Runs a command and returns its exit status: 126, with a warning, if the shell cannot be started, or
    /// if its state cannot be saved.
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
            if let error = error as? ContainerConnection.ConnectionLost, error.user == nil {
                isContainerLost.set()
            }
            return 126
        }
    }

    /// Returns a hint about the image that a failed command, or one with a background start before it,
    /// needs, if a program of an image is missing.
    private func imageHint(
        _ command: PhaseCommand,
        _ status: Int32,
        _ started: [String]
    ) async -> String? {
        guard status != 0 else { return nil }
        for text in [command.text.value] + started {
            if let program = await missingProgram(text, status) {
                return program.hint(session.execution.locationText)
            }
        }
        return nil
    }

    private func missingProgram(_ text: String, _ status: Int32) async -> ImageProgram? {
        var missing: ImageProgram?
        for program in ImageProgram.called(by: text) {
            let candidates =
                program.word.contains("/")
                ? [FilePath(program.word)]
                : SearchPath.candidates(for: program.word, in: searchPath)
            if await session.execution.firstProgram(of: candidates) == nil {
                missing = missing ?? program
            } else if status != 127 {
                // The command supports several images, so that it failed for another reason.
                return nil
            }
        }
        return missing
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
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
