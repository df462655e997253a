internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// Starts the build's processes and knows which of them are left.
///
/// Every command gets a session of its own, so a process group of its own and no controlling
/// terminal: what would ask the terminal for a password fails at once, as it does on CodeBuild.
final class ProcessRunner: Sendable {
    private let output: FileDescriptor
    private let groups: ProcessGroups
    private let grace: Duration

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - output: where standard output and standard error go; not closed.
    ///   - groups: where the process groups are noted.
    ///   - grace: how long a group has between TERM and KILL.
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
    /// - Returns: the exit status; 128 and the signal's number when a signal ended it.
    /// - Throws: `SubprocessError` when it cannot be started.
    func run(_ launch: ProcessSpec) async throws -> Int32 {
        try SpareDescriptors.requireForProcess()
        groups.prepare()
        if launch.isConfined {
            let process = try await ConfinedProcess(launch, output: output, errors: output)
            groups.insert(process.number)
            let status = await process.end(grace: grace)
            groups.commandEnded()
            return status
        }
        let result = try await Subprocess.run(
            .path(launch.program),
            arguments: Arguments(launch.arguments),
            environment: launch.variables,
            workingDirectory: launch.directory,
            platformOptions: options(launch.user),
            input: .none,
            output: .fileDescriptor(output, closeAfterSpawningProcess: false),
            error: .fileDescriptor(output, closeAfterSpawningProcess: false)
        ) { groups.insert($0.processIdentifier.value) }
        groups.commandEnded()
        return result.terminationStatus.number
    }

    /// Runs a program as `run` does, but takes its standard output.
    ///
    /// - Throws: `SubprocessError` when it cannot be started or writes more than a megabyte.
    func capture(_ launch: ProcessSpec) async throws -> (status: Int32, output: [UInt8]) {
        try SpareDescriptors.requireForProcess()
        groups.prepare()
        if launch.isConfined {
            let result = try await ConfinedProcess.capture(launch, errors: output, grace: grace) {
                groups.insert($0)
            }
            groups.commandEnded()
            return result
        }
        let result = try await Subprocess.run(
            .path(launch.program),
            arguments: Arguments(launch.arguments),
            environment: launch.variables,
            workingDirectory: launch.directory,
            platformOptions: options(launch.user),
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
            // What is stopped goes on, or it would not notice.
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
