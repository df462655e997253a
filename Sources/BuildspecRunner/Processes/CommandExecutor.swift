internal import SystemPackage

/// A command to run in a build's execution environment.
struct CommandSpec: Sendable {
    /// The program's path, as commands see it.
    var program: FilePath
    /// The program's arguments, without its name.
    var arguments: [String]
    /// The directory to start in: a path of this machine, in the build's private directory.
    var directory: FilePath
    /// The user to run as; `nil` for the environment's default user.
    var user: UserAccount?
}

/// Runs a build's commands in its execution environment.
///
/// When the task is cancelled, the running command gets TERM and, after the grace period, KILL.
protocol CommandExecutor: Sendable {
    /// Runs a command to its end, with an empty environment and no input.
    ///
    /// Returns the exit status; 128 plus the signal's number if a signal ended the command. An error's
    /// description says why the command could not be run.
    func run(_ command: CommandSpec) async throws -> Int32

    /// Runs a command as `run` does, and returns its standard output; throws also if that is too long.
    func capture(_ command: CommandSpec) async throws -> (status: Int32, output: [UInt8])
}

/// Runs each command in a process of this machine.
struct HostCommandExecutor: CommandExecutor {
    let execution: any ExecutionEnvironment
    let runner: ProcessRunner

    func run(_ command: CommandSpec) async throws -> Int32 {
        try await runner.run(processSpec(command))
    }

    func capture(_ command: CommandSpec) async throws -> (status: Int32, output: [UInt8]) {
        try await runner.capture(processSpec(command))
    }

    private func processSpec(_ command: CommandSpec) -> ProcessSpec {
        execution.processSpec(
            command.program,
            command.arguments,
            in: command.directory,
            as: command.user
        )
    }
}
