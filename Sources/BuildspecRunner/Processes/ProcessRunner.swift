internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// A process of this machine that runs a program in a build's execution environment.
struct ProcessSpec: Sendable, Equatable {
    var program: FilePath
    /// The program's arguments, without its name.
    var arguments: [String]
    /// The directory in which the process starts.
    var directory: FilePath
    /// The user that the process runs as; `nil` for the user that runs the build.
    var user: UserAccount?
    var environment: [String: String] = [:]
    /// Whether the process has no access to the user's kernel keyrings and to the input of terminals.
    ///
    /// `ConfinedProcess` starts such a process, on Linux only.
    var isConfined = false

    /// The environment variables as the process library takes them.
    var variables: Environment {
        let pairs = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        return .custom(Dictionary(uniqueKeysWithValues: pairs))
    }
}

/// Starts the build's processes and records their process groups.
///
/// Every command gets a new session, and so a new process group and no controlling terminal: a program that
/// asks the terminal for a password fails at once, as on CodeBuild.
final class ProcessRunner: Sendable {
    private let output: FileDescriptor
    private let groups: ProcessGroups
    private let grace: Duration

    /// Creates a runner of commands that write to `output`, which is not closed; `grace` is the time between
    /// TERM and KILL.
    init(output: FileDescriptor, groups: ProcessGroups, grace: Duration) {
        self.output = output
        self.groups = groups
        self.grace = grace
        Orphans.adopt()
    }

    /// Runs a program to its end, without input.
    ///
    /// When the task is cancelled, the process group gets TERM and, after the grace period, KILL. Returns
    /// the exit status; 128 plus the signal's number if a signal ended the program.
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
        let target = FileDescriptorOutput.fileDescriptor(output, closeAfterSpawningProcess: false)
        return try await runUnconfined(spec, output: target).terminationStatus.number
    }

    /// Runs a program as `run` does, and returns its standard output; throws if that is more than a
    /// megabyte.
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
        let result = try await runUnconfined(spec, output: .bytes(limit: 1 << 20))
        return (result.terminationStatus.number, result.standardOutput)
    }

    private func runUnconfined<Output: OutputProtocol>(
        _ spec: ProcessSpec,
        output standardOutput: Output
    ) async throws -> ExecutionResult<Void, Output, FileDescriptorOutput> {
        var options = PlatformOptions(runningAs: spec.user)
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .zero),
            // A stopped process handles TERM only after it continues.
            .send(signal: .resume, toProcessGroup: true, allowedDurationToNextStep: grace),
        ]
        let result = try await Subprocess.run(
            .path(spec.program),
            arguments: Arguments(spec.arguments),
            environment: spec.variables,
            workingDirectory: spec.directory,
            platformOptions: options,
            input: .none,
            output: standardOutput,
            error: .fileDescriptor(output, closeAfterSpawningProcess: false)
        ) { groups.insert($0.processIdentifier.value) }
        groups.commandEnded()
        return result
    }
}

extension TerminationStatus {
    /// The exit status; 128 plus the signal's number after a signal.
    var number: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
