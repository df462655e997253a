internal import BuildspecFiles
internal import BuildspecModel
internal import Subprocess
internal import SystemPackage

/// The debugger of a build, which pauses it and opens a shell in the state of the paused command.
struct Debugger: Sendable {
    /// The events at which the build pauses, and the user's terminal.
    let options: Debugging
    let session: ShellSession
    /// The output of the build, which waits while the build is paused.
    let output: OutputMultiplexer
    /// The process groups of the build, to which the shell is added.
    let groups: ProcessGroups
    /// The time that the shell has to end when the build is stopped.
    let grace: Duration
    /// The build's timeout, which does not run while the build is paused.
    let timeout: BuildTimeout

    /// Returns an action that pauses the build at a breakpoint of `command`.
    func pausing(at command: PhaseCommand) -> @Sendable (SavedState) async -> Void {
        { await pause(.breakpoint(command), in: $0) }
    }

    /// Pauses the build until the user leaves the shell or the task is cancelled.
    ///
    /// The shell has a copy of the state. Changes to variables and the directory are lost, as on
    /// CodeBuild, where the session is a shell next to the build. Changes to files are kept.
    func pause(_ pause: BuildPause, in state: SavedState) async {
        let start = ContinuousClock.now
        await output.emit(.paused(pause))
        timeout.pause()
        do {
            let shell = InteractiveShell(terminal: options.terminal, groups: groups, grace: grace)
            try await session.openShell(in: state, by: shell, greeting: pause.greeting)
        } catch {
            if !Task.isCancelled {
                await output.emit(.warning("cannot open a shell on the terminal: \(error)"))
            }
        }
        timeout.resume()
        await output.emit(.resumed(pause, after: .now - start))
    }
}

extension BuildPause {
    /// The first line of the shell.
    fileprivate var greeting: String {
        let reason =
            switch self {
            case .breakpoint: "paused at codebuild-breakpoint"
            case .failure(_, let status): "paused after a command with exit status \(status)"
            }
        return "buildspec: \(reason) in \(command.phase.upperCased); "
            + "run 'codebuild-resume' or leave this shell to continue"
    }
}

/// A process on the user's terminal.
struct InteractiveShell: Sendable {
    let terminal: any DebugTerminal
    /// The process groups of the build, so that no process outlives it.
    let groups: ProcessGroups
    /// The time between HUP and KILL.
    let grace: Duration

    /// Runs a process on the terminal to its end.
    ///
    /// The process belongs to this process's session, because it could not have the terminal otherwise,
    /// and leads a process group there. When the task is cancelled, the process gets HUP, which an
    /// interactive shell does not ignore, and KILL after the grace period. `inForeground` is called when
    /// the process has the terminal.
    func run(
        _ process: ProcessSpec,
        inForeground: @escaping @Sendable () throws -> Void
    ) async throws {
        var options = PlatformOptions(runningAs: process.user)
        options.createSession = false
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .terminalClosed, toProcessGroup: true, allowedDurationToNextStep: .zero),
            .send(signal: .resume, toProcessGroup: true, allowedDurationToNextStep: grace),
        ]
        try SpareDescriptors.requireForProcess()
        let descriptor = terminal.descriptor
        defer { terminal.restore() }
        // This does not wait until the process group is empty, because the paused command has not ended.
        _ = try await Subprocess.run(
            .path(process.program),
            arguments: Arguments(process.arguments),
            environment: process.variables,
            workingDirectory: process.directory,
            platformOptions: options,
            input: .fileDescriptor(descriptor, closeAfterSpawningProcess: false),
            output: .fileDescriptor(descriptor, closeAfterSpawningProcess: false),
            error: .fileDescriptor(descriptor, closeAfterSpawningProcess: false)
        ) { execution in
            let group = execution.processIdentifier.value
            groups.insert(group)
            terminal.setForegroundGroup(group)
            try inForeground()
        }
    }
}
