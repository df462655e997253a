internal import BuildspecModel
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// Does what a `PhaseMachine` says, with real shells.
struct PhaseDriver: Sendable {
    /// What the phases came to.
    struct Outcome: Sendable {
        var state: BuildState
        var phases: [PhaseReport] = []
        var collectsArtifacts: Bool
    }

    /// Runs the commands.
    let session: ShellSession
    /// Whom they run as.
    let users: BuildUsers
    /// What a user must reach who is made by the build itself.
    let requiredPaths: BuildUsers.RequiredPaths
    /// Where commands look for programs, for hints.
    let searchPath: String?
    /// Takes the events.
    let output: OutputMultiplexer
    /// Pauses the build; `nil` if it never is.
    let debugger: Debugger?
    /// Why the task is cancelled, should it be.
    let stopReason: @Sendable () -> StopReason

    /// Runs the phases to their end, or until the task is cancelled.
    ///
    /// - Parameter machine: the machine at its start.
    /// - Returns: what they came to.
    func run(_ machine: PhaseMachine) async -> Outcome {
        await withTaskGroup(of: Void.self) { group in
            let isOver = Flag()
            group.addTask { await tellOfDelay(until: isOver) }
            let outcome = await runPhases(machine)
            isOver.set()
            group.cancelAll()
            return outcome
        }
    }

    /// Says so when a command goes on a second after the build was stopped: what is seen otherwise is a
    /// build that hangs.
    private func tellOfDelay(until isOver: Flag) async {
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
        var beginning: SavedState?
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
                await warning("keep the phase's first state") { beginning = try session.state() }
            case .run(let command):
                await run(command, as: users[command.phase], unless: obstacle, &machine)
            case .retry(_, let attempt, let limit, let failure):
                await output.emit(.phaseRetried(failure, attempt: attempt, of: limit))
                await warning("go back to the phase's first state") {
                    if let beginning { try session.restore(beginning) }
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
        let state = status == 0 ? nil : stateOfFailure(command, as: user)
        let duration = clock.now - start
        if Task.isCancelled {
            machine.stop(stopReason())
            return await output.emit(.commandStopped(command, stopReason()))
        }
        machine.record(status: status)
        if let complaint = machine.complaint {
            await output.emit(.warning("on-failure: \(complaint)"))
        }
        if succeeding, !machine.isSucceeding {
            await warning("set CODEBUILD_BUILD_SUCCEEDING") { try session.noteFailure() }
        }
        await output.emit(.commandEnded(command, status: status, duration: duration))
        if let hint = await imageHint(command, status) { await output.emit(.warning(hint)) }
        if let state { await debugger?.pause(.failure(command, status: status), in: state) }
    }

    /// How the failed command left things, if the build pauses behind it.
    private func stateOfFailure(_ command: PhaseCommand, as user: UserAccount?) -> SavedState? {
        guard debugger?.options.pausesAtFailures == true, !Task.isCancelled else { return nil }
        return try? session.endOfCommand(of: user)
    }

    /// Does something with the state files; what goes wrong there is for the user to know.
    private func warning(_ what: String, _ body: () throws -> Void) async {
        do {
            try body()
        } catch {
            await output.emit(.warning("cannot \(what): \(error)"))
        }
    }

    /// The exit status; 126 with a warning when the shell could not be started at all, or its state
    /// not be kept.
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
            if !Task.isCancelled { await output.emit(.warning(complaint(error))) }
            return 126
        }
    }

    /// Which image a failed command expects, if a program of one is missing.
    private func imageHint(_ command: PhaseCommand, _ status: Int32) async -> String? {
        let programs = ImageProgram.missing(from: command.text.value, status: status)
        for program in programs {
            let path = searchPath ?? BuildEnvironment.standardPath
            let places = path.split(separator: ":").filter { $0.hasPrefix("/") }
                .map { FilePath(String($0)).appending(program.name) }
            if await session.execution.firstProgram(of: places) == nil {
                return program.hint(session.execution.locationText)
            }
        }
        return nil
    }

    /// What kept a command from running, or its state from being kept.
    private func complaint(_ error: any Error) -> String {
        switch error {
        case Errno.tooManyOpenFiles:
            "cannot run the command: too many files are open; raise the limit with 'ulimit -n'"
        case let error as Errno:
            "the state of commands cannot be kept in '\(session.desk.place.path)': \(error); make room "
                + "there, or set TMPDIR to a directory that has some"
        case let error as ContainerConnection.ConnectionLost: "\(error)"
        default: "cannot run the command: \(error)"
        }
    }
}

/// Something that happens once.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
