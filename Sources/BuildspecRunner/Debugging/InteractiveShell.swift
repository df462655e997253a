internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// Starts a program on its user's terminal.
struct InteractiveShell: Sendable {
    /// Where the terminal is.
    let terminal: any DebugTerminal
    /// Where process groups are noted, so that nothing outlives the build.
    let groups: ProcessGroups
    /// How long a program has between HUP and KILL.
    let grace: Duration

    /// Runs a program to its end.
    ///
    /// It belongs to this process's session, or it could not have the terminal, and leads a process
    /// group of its own there. When the task is cancelled it gets HUP, which an interactive shell does
    /// not ignore, and after the grace period KILL.
    ///
    /// - Parameters:
    ///   - launch: what to run; the terminal is lent to it.
    ///   - lent: called when it has the terminal.
    /// - Throws: `SubprocessError` when it cannot be started, or what `lent` throws.
    func run(_ launch: ProcessSpec, lent: @escaping @Sendable () throws -> Void) async throws {
        var options = PlatformOptions(runningAs: launch.user)
        options.createSession = false
        options.processGroupID = 0
        options.teardownSequence = [
            .send(
                signal: .terminalClosed,
                toProcessGroup: true,
                allowedDurationToNextStep: .zero
            ),
            .send(signal: .resume, toProcessGroup: true, allowedDurationToNextStep: grace),
        ]
        try SpareDescriptors.requireForProcess()
        let end = terminal.descriptor
        defer { terminal.takeBack() }
        // Its group is not asked whether it is empty: the command that is paused has not ended.
        _ = try await Subprocess.run(
            .path(launch.program),
            arguments: Arguments(launch.arguments),
            environment: launch.variables,
            workingDirectory: launch.directory,
            platformOptions: options,
            input: .fileDescriptor(end, closeAfterSpawningProcess: false),
            output: .fileDescriptor(end, closeAfterSpawningProcess: false),
            error: .fileDescriptor(end, closeAfterSpawningProcess: false)
        ) { execution in
            let group = execution.processIdentifier.value
            groups.insert(group)
            terminal.lend(to: group)
            try lent()
        }
    }
}
