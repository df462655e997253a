internal import BuildspecModel
internal import Synchronization
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
    /// What the first command begins with.
    struct InitialState: Sendable {
        /// The interpreter.
        var shell: FilePath
        /// The first environment.
        var variables: [String: String]
        /// The names of which the build itself gives the value.
        var given: Set<String>
        /// The buildspec's version.
        var version: Buildspec.Version
        /// Who evaluates keys and names; `nil` is the user that runs the build.
        var user: UserAccount?
        /// Where the build pauses; `nil` is nowhere.
        var debugging: Debugging?
    }

    let beginning: InitialState
    let execution: any ExecutionEnvironment
    let desk: ShellStateStore
    private let processes: any CommandExecutor
    private let first: SavedState
    private let current: Mutex<UserAccount?>
    private let evaluator: Mutex<UserAccount?>

    /// Prepares the state files.
    ///
    /// - Parameters:
    ///   - beginning: what the first command begins with.
    ///   - directory: where to keep the files.
    ///   - execution: where commands run.
    ///   - processes: what starts and ends processes.
    /// - Throws: `Errno`.
    init(
        _ beginning: InitialState,
        in directory: PrivateDirectory,
        at execution: any ExecutionEnvironment,
        processes: any CommandExecutor
    ) throws {
        self.beginning = beginning
        self.execution = execution
        self.processes = processes
        desk = ShellStateStore(in: directory, owner: execution.fileOwner)
        first = SavedState(
            environment: Array(CommandScript.exports(beginning.variables).utf8),
            directory: Array((execution.root.string + "\n").utf8)
        )
        current = Mutex(nil)
        evaluator = Mutex(beginning.user)
        try desk.put(first)
    }

    /// Runs one command to its end.
    ///
    /// - Parameters:
    ///   - command: its text.
    ///   - user: whom it runs as; `nil` is the user that runs the build.
    ///   - isSucceeding: whether no command has failed so far.
    ///   - atBreakpoint: called with the state of a command that waits for it to return.
    /// - Returns: its exit status.
    /// - Throws: `Errno` or `SmallFile.Untrusted` for the state files, or what starting a process
    ///   throws.
    func run(
        _ command: String,
        as user: UserAccount?,
        isSucceeding: Bool,
        atBreakpoint: (@Sendable (SavedState) async -> Void)? = nil
    ) async throws -> Int32 {
        if beginning.version == .v01 {
            try restore(first)
            if !isSucceeding { try noteFailure() }
        }
        try turn(to: user)
        let corner = try desk.corner(of: user)
        let text = CommandScript.text(
            running: command,
            from: inside(desk.files),
            to: inside(corner.next),
            directory: try desk.directory(),
            preparation: try preparation(in: corner)
        )
        try desk.put(script: text, for: user)
        let status = try await answeringBreakpoints(of: user, with: atBreakpoint) {
            [processes, shell = shell(in: corner, as: user)] in
            try await processes.run(shell)
        }
        try desk.take(from: user)
        return status
    }

    /// Tells the commands to come that a command has failed.
    ///
    /// - Throws: `Errno`.
    func noteFailure() throws {
        try add(CommandScript.export("CODEBUILD_BUILD_SUCCEEDING", "0"))
    }

    /// The state as it is now.
    ///
    /// - Throws: `Errno`.
    func state() throws -> SavedState { try desk.state(of: current.withLock { $0 }) }

    /// Goes back to an earlier state.
    ///
    /// - Throws: `Errno`.
    func restore(_ state: SavedState) throws {
        try desk.put(state)
        current.withLock { $0 = state.user }
    }

    /// Lets somebody else evaluate keys and names from now on.
    func evaluate(as user: UserAccount?) { evaluator.withLock { $0 = user } }

    /// A directory, as commands see it, in which who evaluates keys can leave files.
    ///
    /// - Throws: `Errno`.
    func room() throws -> FilePath {
        execution.pathInside(try desk.corner(of: evaluator.withLock { $0 }).room)
    }

    /// Expands texts as the shell does between double quotes, in the source root, with the saved
    /// environment, which stays as it is.
    ///
    /// - Returns: one value for each text, bytes that are no UTF-8 replaced; `nil` when a substitution
    ///   failed.
    /// - Throws: `Errno`, or what starting a process throws.
    func evaluate(_ texts: [String]) async throws -> [String]? {
        try await evaluateBytes(texts)?.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Expands texts as `evaluate` does, in whatever encoding they are.
    func evaluateBytes(_ texts: [String]) async throws -> [ArraySlice<UInt8>]? {
        let values = try await records(of: CommandScript.lines(evaluating: texts))
        return values?.count == texts.count ? values : nil
    }

    /// Runs lines in the source root with the saved environment, which stays as it is.
    ///
    /// - Returns: what they print, cut at NUL bytes; `nil` when they end with another status than 0.
    func records(of lines: String) async throws -> [ArraySlice<UInt8>]? {
        let user = evaluator.withLock { $0 }
        try turn(to: user)
        let text = CommandScript.text(
            evaluating: lines,
            environment: execution.pathInside(desk.files.environment).string,
            root: execution.root.string
        )
        try desk.put(script: text, for: user)
        let corner = try desk.corner(of: user)
        let (status, output) = try await processes.capture(shell(in: corner, as: user))
        guard status == 0 else { return nil }
        return output.split(separator: 0, omittingEmptySubsequences: false).dropLast()
    }
}

extension ShellSession {
    private func shell(
        in corner: ShellStateStore.UserDirectories,
        as user: UserAccount?
    ) -> CommandSpec {
        CommandSpec(
            program: beginning.shell,
            arguments: [execution.pathInside(desk.script).string],
            directory: corner.start,
            user: user
        )
    }

    /// The paths by which commands see state files.
    func inside(_ files: StateFiles) -> StateFiles {
        StateFiles(
            environment: execution.pathInside(files.environment),
            directory: execution.pathInside(files.directory)
        )
    }

    /// Makes the state another user's, with that user's name and home directory.
    private func turn(to user: UserAccount?) throws {
        guard current.withLock({ $0 }) != user else { return }
        var state = try state()
        state.user = user
        state.environment += Array(identity(of: user).utf8)
        try restore(state)
    }

    /// Adds lines to the saved environment.
    private func add(_ lines: String) throws {
        var state = try state()
        state.environment += Array(lines.utf8)
        try restore(state)
    }

    /// `HOME`, `USER` and `LOGNAME` of a user, as far as the build does not set them itself.
    private func identity(of user: UserAccount?) -> String {
        let names = ["HOME": user?.home, "USER": user?.name, "LOGNAME": user?.name]
        return names.filter { !beginning.given.contains($0.key) }.sorted { $0.key < $1.key }
            .map { name, value in
                guard let value = user == nil ? beginning.variables[name] : value else {
                    return "unset \(name)\n"
                }
                return CommandScript.export(name, value)
            }
            .joined()
    }
}
