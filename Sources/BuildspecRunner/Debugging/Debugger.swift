internal import BuildspecModel

/// Pauses a build and opens a shell where it is.
struct Debugger: Sendable {
    /// Where it pauses.
    let options: Debugging
    /// Opens the shell.
    let session: ShellSession
    /// Holds back what other processes write meanwhile.
    let output: OutputMultiplexer
    /// Where the shell is noted.
    let groups: ProcessGroups
    /// How long the shell has to end when the build is stopped.
    let grace: Duration
    /// Stands still meanwhile.
    let time: BuildTimeout

    /// What to do at a breakpoint of a command.
    func pausing(at command: PhaseCommand) -> @Sendable (SavedState) async -> Void {
        { await pause(.breakpoint(command), in: $0) }
    }

    /// Pauses until the user leaves the shell or the task is cancelled.
    ///
    /// The shell has a copy of the state: variables and the directory that are changed in it do not
    /// carry over, as on CodeBuild, where the session is a shell beside the build. Files do.
    ///
    /// - Parameters:
    ///   - pause: why and where.
    ///   - state: what the shell begins with.
    func pause(_ pause: BuildPause, in state: SavedState) async {
        let start = ContinuousClock.now
        await output.emit(.paused(pause))
        time.pause()
        do {
            let conversation = InteractiveShell(
                terminal: options.terminal,
                groups: groups,
                grace: grace
            )
            try await session.openShell(in: state, by: conversation, saying: pause.greeting)
        } catch {
            if !Task.isCancelled {
                await output.emit(.warning("cannot open a shell on the terminal: \(error)"))
            }
        }
        time.resume()
        await output.emit(.resumed(pause, after: .now - start))
    }
}

extension BuildPause {
    fileprivate var greeting: String {
        let place =
            switch self {
            case .breakpoint: "paused at codebuild-breakpoint"
            case .failure(_, let status): "paused behind a command with exit status \(status)"
            }
        return "buildspec: \(place) in \(command.phase.upperCased); "
            + "'codebuild-resume' or leaving this shell goes on"
    }
}
