internal import BuildspecModel
internal import Synchronization
internal import SystemPackage

/// The shell of a build, which runs commands one after the other and keeps their state in between.
///
/// Each command is a process; `CommandScript` describes how the state is kept. In version 0.1 no state
/// is kept: every command starts in the source root with the first environment.
///
/// Source: CodeBuild user guide, "Shells and commands in build environments" and "Build specification
/// versions".
final class ShellSession: Sendable {
    /// The state with which the first command begins, and the options of the session.
    struct InitialState: Sendable {
        var shell: FilePath
        var variables: [String: String]
        /// The names of the variables that the build itself sets.
        var setNames: Set<String>
        var version: Buildspec.Version
        /// The user that evaluates keys and names; `nil` is the user that runs the build.
        var user: UserAccount?
        /// The events at which the build pauses; `nil` if it never pauses.
        var debugging: Debugging?
    }

    let initialState: InitialState
    let execution: any ExecutionEnvironment
    let stateStore: ShellStateStore
    private let executor: any CommandExecutor
    private let firstState: SavedState
    private let stateOwner: Mutex<UserAccount?>
    private let evaluator: Mutex<UserAccount?>

    /// Creates a session and writes its first state.
    init(
        _ initialState: InitialState,
        in directory: PrivateDirectory,
        at execution: any ExecutionEnvironment,
        executor: any CommandExecutor
    ) throws {
        self.initialState = initialState
        self.execution = execution
        self.executor = executor
        stateStore = ShellStateStore(in: directory, defaultOwner: execution.fileOwner)
        firstState = SavedState(
            environment: Array(CommandScript.exports(initialState.variables).utf8),
            directory: Array((execution.root.string + "\n").utf8)
        )
        stateOwner = Mutex(nil)
        evaluator = Mutex(initialState.user)
        try stateStore.write(firstState)
    }

    /// Runs one command to its end and returns its exit status; `nil` is the user that runs the build.
    ///
    /// At a breakpoint, the command waits until `atBreakpoint` returns, which gets its state.
    ///
    /// - Throws: `Errno` or `SmallFile.Untrusted` for the state files, or an error of the process start.
    func run(
        _ command: String,
        as user: UserAccount?,
        isSucceeding: Bool,
        atBreakpoint: (@Sendable (SavedState) async -> Void)? = nil
    ) async throws -> Int32 {
        if initialState.version == .v01 {
            try restore(firstState)
            if !isSucceeding { try recordFailure() }
        }
        try switchUser(to: user)
        let directories = try stateStore.directories(of: user)
        let text = CommandScript.text(
            running: command,
            from: pathsInside(stateStore.files),
            to: pathsInside(directories.nextState),
            directory: try stateStore.directory(),
            preparation: try preparation(in: directories)
        )
        try stateStore.write(script: text, for: user)
        let status = try await handlingBreakpoints(of: user, with: atBreakpoint) {
            [executor, spec = commandSpec(in: directories, as: user)] in
            try await executor.run(spec)
        }
        try stateStore.collectState(of: user)
        return status
    }

    /// Sets the variable by which the following commands know that a command has failed.
    func recordFailure() throws {
        var state = try state()
        state.environment += CommandScript.export("CODEBUILD_BUILD_SUCCEEDING", "0").utf8
        try restore(state)
    }

    /// Returns the current state.
    func state() throws -> SavedState { try stateStore.state(of: stateOwner.withLock { $0 }) }

    /// Returns to an earlier state.
    func restore(_ state: SavedState) throws {
        try stateStore.write(state)
        stateOwner.withLock { $0 = state.user }
    }

    /// Whether the saved environment may have a variable; `false` is certain, and costs no process.
    func mayHave(_ name: String) -> Bool {
        guard let state = try? state() else { return true }
        return state.environment.firstRange(of: Array(name.utf8)) != nil
    }

    /// Sets the user that evaluates keys and names from now on.
    func evaluate(as user: UserAccount?) { evaluator.withLock { $0 = user } }

    /// Returns a directory, as commands see it, to which the user that evaluates keys can write.
    func outputDirectory() throws -> FilePath {
        execution.pathInside(try stateStore.directories(of: evaluator.withLock { $0 }).output)
    }

    /// Expands texts as the shell does between double quotes.
    ///
    /// The expansion runs in the source root with the saved environment, which does not change.
    ///
    /// - Returns: One value for each text, with bytes that are not UTF-8 replaced; `nil` if a
    ///   substitution failed.
    func evaluate(_ texts: [String]) async throws -> [String]? {
        try await evaluateBytes(texts)?.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Expands texts as `evaluate` does, and returns values in any encoding.
    func evaluateBytes(_ texts: [String]) async throws -> [ArraySlice<UInt8>]? {
        let values = try await records(of: CommandScript.lines(evaluating: texts))
        return values?.count == texts.count ? values : nil
    }

    /// Runs lines in the source root with the saved environment, which does not change.
    ///
    /// - Returns: The output of the lines, split at NUL bytes; `nil` if their exit status is not 0.
    func records(of lines: String) async throws -> [ArraySlice<UInt8>]? {
        let user = evaluator.withLock { $0 }
        try switchUser(to: user)
        let text = CommandScript.text(
            evaluating: lines,
            environment: execution.pathInside(stateStore.files.environment).string,
            root: execution.root.string
        )
        try stateStore.write(script: text, for: user)
        let directories = try stateStore.directories(of: user)
        let (status, output) = try await executor.capture(commandSpec(in: directories, as: user))
        guard status == 0 else { return nil }
        return output.split(separator: 0, omittingEmptySubsequences: false).dropLast()
    }
}

extension ShellSession {
    /// Creates the session of a build, whose users can traverse `directory`.
    convenience init(
        _ request: BuildRequest,
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        output: OutputMultiplexer,
        groups: ProcessGroups
    ) throws {
        if setup.users.hasOtherUsers { Pipe.openToEveryone(output.input) }
        let execution = setup.execution
        let helpers = try HelperCommands.install(
            in: directory.createOpenDirectory("bin"),
            executable: request.helperExecutable.flatMap(execution.programInside),
            pausing: request.debugging?.pausesAtBreakpoints == true ? setup.shell : nil
        )
        var environment = setup.environment
        environment.appendToPath(execution.pathInside(helpers).string)
        try self.init(
            InitialState(
                shell: setup.shell,
                variables: environment.variables,
                setNames: request.givenNames,
                version: request.buildspec.version,
                user: setup.users.defaultUser,
                debugging: request.debugging
            ),
            in: directory,
            at: execution,
            executor: execution.commandExecutor(
                output: output,
                groups: groups,
                grace: request.gracePeriod
            )
        )
    }
}

extension ShellSession {
    private func commandSpec(
        in directories: ShellStateStore.UserDirectories,
        as user: UserAccount?
    ) -> CommandSpec {
        CommandSpec(
            program: initialState.shell,
            arguments: [execution.pathInside(stateStore.script).string],
            directory: directories.start,
            user: user
        )
    }

    /// Returns the paths of state files as commands see them.
    func pathsInside(_ files: StateFiles) -> StateFiles {
        StateFiles(
            environment: execution.pathInside(files.environment),
            directory: execution.pathInside(files.directory)
        )
    }

    /// Makes `user` the owner of the state, and sets the user's name and home directory in it.
    private func switchUser(to user: UserAccount?) throws {
        guard stateOwner.withLock({ $0 }) != user else { return }
        var state = try state()
        state.user = user
        state.environment += Array(identityLines(of: user).utf8)
        try restore(state)
    }

    /// Returns lines that set `HOME`, `USER` and `LOGNAME` of a user, except those that the build sets.
    private func identityLines(of user: UserAccount?) -> String {
        let names = ["HOME": user?.home, "USER": user?.name, "LOGNAME": user?.name]
        return names.filter { !initialState.setNames.contains($0.key) }.sorted { $0.key < $1.key }
            .map { name, value in
                guard let value = user == nil ? initialState.variables[name] : value else {
                    return "unset \(name)\n"
                }
                return CommandScript.export(name, value)
            }
            .joined()
    }
}
