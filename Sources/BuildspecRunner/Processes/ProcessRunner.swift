internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// Starts the build's processes and records their process groups.
///
/// Every command gets a new session, and so a new process group and no controlling terminal: a program that
/// asks the terminal for a password fails at once, as on CodeBuild.
final class ProcessRunner: Sendable {
    private let output: FileDescriptor
    private let groups: ProcessGroups
    private let grace: Duration

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - output: The standard output and standard error of commands; not closed.
    ///   - groups: The list of running process groups.
    ///   - grace: The time between TERM and KILL.
    init(output: FileDescriptor, groups: ProcessGroups, grace: Duration) {
        self.output = output
        self.groups = groups
        self.grace = grace
        Orphans.adopt()
    }

    /// Runs a program to its end, without input.
    ///
    /// When the task is cancelled, the process group gets TERM and, after the grace period, KILL.
    ///
    /// - Returns: The exit status; 128 plus the signal's number if a signal ended the program.
    /// - Throws: `SubprocessError` if the program cannot be started.
    func run(_ spec: ProcessSpec) async throws -> Int32 {
        try SpareDescriptors.requireForProcess()
        groups.startGuard()
        if spec.isConfined {
            let process = try await ConfinedProcess(spec, output: output, errors: output)
            groups.insert(process.number)
            let status = await process.waitForEnd(grace: grace)
            groups.commandEnded()
            return status
        }
        let result = try await Subprocess.run(
            .path(spec.program),
            arguments: Arguments(spec.arguments),
            environment: spec.variables,
            workingDirectory: spec.directory,
            platformOptions: options(spec.user),
            input: .none,
            output: .fileDescriptor(output, closeAfterSpawningProcess: false),
            error: .fileDescriptor(output, closeAfterSpawningProcess: false)
        ) { groups.insert($0.processIdentifier.value) }
        groups.commandEnded()
        return result.terminationStatus.number
    }

    /// Runs a program as `run` does, and returns its standard output.
    ///
    /// - Throws: `SubprocessError` if the program cannot be started, or writes more than a megabyte.
    func capture(_ spec: ProcessSpec) async throws -> (status: Int32, output: [UInt8]) {
        try SpareDescriptors.requireForProcess()
        groups.startGuard()
        if spec.isConfined {
            let result = try await ConfinedProcess.capture(spec, errors: output, grace: grace) {
                groups.insert($0)
            }
            groups.commandEnded()
            return result
        }
        let result = try await Subprocess.run(
            .path(spec.program),
            arguments: Arguments(spec.arguments),
            environment: spec.variables,
            workingDirectory: spec.directory,
            platformOptions: options(spec.user),
            input: .none,
            output: .bytes(limit: 1 << 20),
            error: .fileDescriptor(output, closeAfterSpawningProcess: false)
        ) { groups.insert($0.processIdentifier.value) }
        groups.commandEnded()
        return (result.terminationStatus.number, result.standardOutput)
    }

    private func options(_ user: UserAccount?) -> PlatformOptions {
        var options = PlatformOptions(runningAs: user)
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .zero),
            // A stopped process handles TERM only after it continues.
            .send(signal: .resume, toProcessGroup: true, allowedDurationToNextStep: grace),
        ]
        return options
    }
}

extension TerminationStatus {
    fileprivate var number: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
