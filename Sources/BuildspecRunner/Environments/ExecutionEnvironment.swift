internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Where a build's commands run: the host, a sandbox, or a container.
///
/// The runner keeps sources, state, cache and artifacts on this machine. Commands may see the same files
/// at other paths: a path *inside* is one that commands use, a path *outside* one that the runner uses.
///
/// The processes of an environment must be in this machine's process table, in the process group of the
/// process that was started, or `close` must end them.
protocol ExecutionEnvironment: Sendable {
    // MARK: Paths

    /// The source root as commands see it.
    var root: FilePath { get }

    /// The source root that the runner works with; `nil` for the user's own.
    var sourceCopy: FilePath? { get }

    /// The environment's location for a message: `on this machine`.
    var locationText: String { get }

    /// The files of this machine that commands see; `nil` for all.
    var visiblePaths: VisiblePaths? { get }

    /// Returns the path by which commands see a file of the build's private directory.
    func pathInside(_ path: FilePath) -> FilePath

    /// Returns the path by which the runner reaches a path that commands use.
    ///
    /// - Parameter path: A path or pattern of the buildspec file, absolute inside or relative to the root.
    /// - Returns: The path outside; a relative path is returned unchanged.
    /// - Throws: `UnreachablePath` if only commands can reach the path.
    func pathOutside(_ path: String) throws(UnreachablePath) -> String

    /// Returns the path by which commands run a program of this machine; `nil` if they cannot.
    func programInside(_ program: FilePath) -> FilePath?

    /// Returns the first of some inside paths at which there is a program.
    func firstProgram(of paths: [FilePath]) async -> FilePath?

    // MARK: Users

    /// The name of the user that runs commands without a `run-as`.
    var defaultUser: String { get }

    /// The owner, on this machine, of the files that commands of the default user create.
    var fileOwner: uid_t { get }

    /// Returns why commands cannot run as another user than `defaultUser`.
    ///
    /// - Returns: The end of a sentence, with a remedy; `nil` if commands can run as that user.
    func obstacle(toRunningAs name: String) -> String?

    /// Returns the account that commands know by a name; `nil` if no user has the name.
    func account(named name: String) async -> UserAccount?

    // MARK: Processes

    /// Returns the process to start so that a program runs in this environment.
    ///
    /// - Parameters:
    ///   - program: The program's path inside.
    ///   - arguments: The program's arguments.
    ///   - directory: The directory to start in, an outside path in the build's private directory.
    ///   - user: The user to run as; `nil` for the user that runs the build.
    /// - Returns: The process, which is not started.
    func processSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec

    /// Returns the process to start so that a program runs in this environment, with the caller's terminal
    /// as its input and output.
    ///
    /// By default this is `processSpec`.
    func terminalProcessSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec

    /// Creates the executor of the build's commands.
    ///
    /// - Parameters:
    ///   - output: The receiver of the commands' output.
    ///   - groups: The list of process groups that still run.
    ///   - grace: The time between TERM and KILL.
    /// - Returns: The executor, for this build only.
    func commandExecutor(
        output: OutputMultiplexer,
        groups: ProcessGroups,
        grace: Duration
    ) -> any CommandExecutor

    /// Ends the processes that commands left and that are not in a process group.
    ///
    /// This must also work in a cancelled task.
    ///
    /// - Parameters:
    ///   - grace: The longest time between TERM and KILL.
    ///   - waiting: Called once if this takes longer than a user expects.
    func endProcesses(grace: Duration, waiting: () async -> Void) async

    /// Makes files of other users in the sources this user's own; called after `endProcesses`.
    ///
    /// - Returns: What is wrong and what to do, in one line; `nil` if the files belong to this user.
    func restoreOwnership() async -> String?

    /// Closes the environment and ends all its processes.
    ///
    /// This must also work in a cancelled task.
    func close() async

    // MARK: Cache

    /// The directory, outside, below which the cache finds absolute paths.
    var cacheRoot: FilePath { get }

    /// Returns a path of the `cache` section as the cache takes it.
    ///
    /// - Returns: The path relative to the root, absolute below the root outside, or absolute below
    ///   `cacheRoot`.
    /// - Throws: `UnreachablePath` if the path cannot be cached in this environment.
    func cachePath(for path: String) throws(UnreachablePath) -> String

    /// Copies the files that the cache restored below `cacheRoot` to where commands see them.
    ///
    /// - Parameter paths: Results of `cachePath`.
    /// - Throws: `UnreachablePath` if that fails.
    func copyCacheIn(_ paths: [String]) async throws(UnreachablePath)

    /// Copies the files that commands have at absolute cached paths to `cacheRoot`.
    ///
    /// - Parameter paths: Results of `cachePath`.
    /// - Throws: `UnreachablePath` if that fails.
    func copyCacheOut(_ paths: [String]) async throws(UnreachablePath)

    // MARK: Reports

    /// Notes for the log, one line each.
    var notes: [String] { get }

    /// Warnings for the user, one line each.
    var warnings: [String] { get }

    /// Variables that this environment adds to those that CodeBuild sets.
    var serviceVariables: [String: String] { get }
}

/// The defaults are for an environment that shares this machine's files and processes.
extension ExecutionEnvironment {
    var notes: [String] { [] }

    var warnings: [String] { [] }

    var serviceVariables: [String: String] { [:] }

    var visiblePaths: VisiblePaths? { nil }

    var sourceCopy: FilePath? { nil }

    var fileOwner: uid_t { geteuid() }

    var cacheRoot: FilePath { "/" }

    func cachePath(for path: String) throws(UnreachablePath) -> String { try pathOutside(path) }

    func copyCacheIn(_ paths: [String]) async throws(UnreachablePath) {}

    func copyCacheOut(_ paths: [String]) async throws(UnreachablePath) {}

    func terminalProcessSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        processSpec(program, arguments, in: directory, as: user)
    }

    func commandExecutor(
        output: OutputMultiplexer,
        groups: ProcessGroups,
        grace: Duration
    ) -> any CommandExecutor {
        HostCommandExecutor(
            execution: self,
            runner: ProcessRunner(output: output.input, groups: groups, grace: grace)
        )
    }

    func restoreOwnership() async -> String? { nil }

    func endProcesses(grace: Duration, waiting: () async -> Void) async {}
}
