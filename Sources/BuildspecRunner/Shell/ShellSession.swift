internal import BuildspecModel
internal import SystemPackage

/// A build's shell: commands go in one after the other, their state is carried between them.
///
/// One process for each command; see `CommandScript` for how the state is carried.
/// In version 0.1 nothing is carried: every command starts in the source root with the first
/// environment.
///
/// Source: CodeBuild user guide, "Shells and commands in build environments" and "Build specification
/// versions".
final class ShellSession: Sendable {
    /// The saved state: what `retry` goes back to.
    struct State: Sendable {
        fileprivate var environment: [UInt8]
        fileprivate var directory: [UInt8]
    }

    private let shell: FilePath
    private let script: FilePath
    private let files: StateFiles
    /// What a command leaves; it takes the place of `files` when it has ended, so that no file is
    /// ever cut and written again (see `SmallFile.write`).
    private let next: StateFiles
    private let start: FilePath
    private let root: FilePath
    private let resets: State?
    private let processes: ProcessRunner

    /// Prepares the state files.
    ///
    /// - Parameters:
    ///   - place: where to keep them.
    ///   - shell: the interpreter.
    ///   - root: the source root, where the first command starts.
    ///   - variables: the first environment.
    ///   - version: the buildspec's version.
    ///   - processes: what starts and ends processes.
    /// - Throws: `Errno`.
    init(
        place: PrivateDirectory,
        shell: FilePath,
        root: FilePath,
        variables: [String: String],
        version: Buildspec.Version,
        processes: ProcessRunner
    ) throws {
        self.shell = shell
        self.root = root
        self.processes = processes
        script = place.path.appending("script.sh")
        files = StateFiles(in: place.path)
        next = StateFiles(in: place.path, suffix: ".next")
        // A shell starts in an empty place that is not the source root, as on CodeBuild: should the
        // saved directory be gone, the command hits nothing.
        start = try place.createDirectory("start")
        let first = State(
            environment: Array(CommandScript.exports(variables).utf8),
            directory: Array((root.string + "\n").utf8)
        )
        resets = version == .v01 ? first : nil
        try restore(first)
    }

    /// Runs one command to its end.
    ///
    /// - Parameters:
    ///   - command: its text.
    ///   - isSucceeding: whether no command has failed so far.
    /// - Returns: its exit status.
    /// - Throws: `Errno` for the state files, or what starting a process throws.
    func run(_ command: String, isSucceeding: Bool) async throws -> Int32 {
        if let resets {
            try restore(resets)
            if !isSucceeding { try noteFailure() }
        }
        try SmallFile.write(CommandScript.text(running: command, from: files, to: next), to: script)
        let status = try await processes.run(shell, [script.string], in: start)
        try SmallFile.move(next.environment, to: files.environment)
        try SmallFile.move(next.directory, to: files.directory)
        return status
    }

    /// Tells the commands to come that a command has failed.
    ///
    /// - Throws: `Errno`.
    func noteFailure() throws {
        try SmallFile.append(
            CommandScript.export("CODEBUILD_BUILD_SUCCEEDING", "0"),
            to: files.environment
        )
    }

    /// The state as it is now.
    ///
    /// - Throws: `Errno`.
    func state() throws -> State {
        State(
            environment: try SmallFile.read(files.environment),
            directory: try SmallFile.read(files.directory)
        )
    }

    /// Goes back to an earlier state.
    ///
    /// - Throws: `Errno`.
    func restore(_ state: State) throws {
        try SmallFile.write(state.environment, to: files.environment)
        try SmallFile.write(state.directory, to: files.directory)
    }

    /// Expands texts as the shell does between double quotes, in the source root, with the saved
    /// environment, which stays as it is.
    ///
    /// - Returns: one value for each text, or `nil` when a substitution failed.
    /// - Throws: `Errno`, or what starting a process throws.
    func evaluate(_ texts: [String]) async throws -> [String]? {
        let text = CommandScript.text(
            evaluating: texts,
            environment: files.environment.string,
            root: root.string
        )
        try SmallFile.write(text, to: script)
        let (status, output) = try await processes.capture(shell, [script.string], in: start)
        guard status == 0 else { return nil }
        let values = output.split(separator: 0, omittingEmptySubsequences: false).dropLast()
        return values.count == texts.count
            ? values.map { String(decoding: $0, as: UTF8.self) } : nil
    }
}
