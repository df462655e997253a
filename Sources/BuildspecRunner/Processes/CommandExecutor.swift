internal import SystemPackage

/// A command to run in a build's place.
struct CommandSpec: Sendable {
    /// The program's path inside.
    var program: FilePath
    /// Its arguments, without its name.
    var arguments: [String]
    /// Where it starts, an outside path in the build's private directory.
    var directory: FilePath
    /// Whom it runs as; `nil` is the place's own user.
    var user: UserAccount?
}

/// Runs a build's commands in its place.
///
/// When the task is cancelled, what runs gets TERM and, after the grace period, KILL.
protocol CommandExecutor: Sendable {
    /// Runs a command to its end, with an empty environment and no input.
    ///
    /// - Returns: the exit status; 128 and the signal's number when a signal ended it.
    /// - Throws: what says why it could not be run.
    func run(_ command: CommandSpec) async throws -> Int32

    /// Runs a command as `run` does, but takes its standard output.
    ///
    /// - Throws: what says why it could not be run, or that it wrote too much.
    func capture(_ command: CommandSpec) async throws -> (status: Int32, output: [UInt8])
}

/// A process of this machine for every command.
struct HostProcesses: CommandExecutor {
    /// Where they run.
    let place: any ExecutionEnvironment
    /// What starts them.
    let runner: ProcessRunner

    func run(_ command: CommandSpec) async throws -> Int32 {
        try await runner.run(launch(command))
    }

    func capture(_ command: CommandSpec) async throws -> (status: Int32, output: [UInt8]) {
        try await runner.capture(launch(command))
    }

    private func launch(_ command: CommandSpec) -> ProcessSpec {
        place.launch(command.program, command.arguments, in: command.directory, as: command.user)
    }
}
