internal import BuildspecCache
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An error for a path that commands can reach and the runner cannot.
struct UnreachablePath: Error, CustomStringConvertible {
    /// The reason, in one line.
    var description: String
}

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

    /// Returns the path by which the runner reaches a path or pattern of the buildspec file; a relative
    /// path is returned unchanged.
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

    /// Returns why commands cannot run as another user than `defaultUser`: the end of a sentence, with a
    /// remedy. Returns `nil` if they can.
    func obstacle(toRunningAs name: String) -> String?

    /// Returns the account that commands know by a name; `nil` if no user has the name.
    func account(named name: String) async -> UserAccount?

    // MARK: Processes

    /// Returns the process to start so that a program, an inside path, runs in this environment.
    ///
    /// The directory is an outside path in the build's private directory. The user is `nil` for the one
    /// that runs the build.
    func processSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec

    /// Returns the same as `processSpec` for a program that has the caller's terminal as its input and
    /// output.
    func terminalProcessSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec

    /// Creates the executor of the build's commands; `grace` is the time between TERM and KILL.
    func commandExecutor(
        output: OutputMultiplexer,
        groups: ProcessGroups,
        grace: Duration
    ) -> any CommandExecutor

    /// Ends the processes that commands left and that are not in a process group, also in a cancelled task.
    ///
    /// `waiting` is called once if this takes longer than a user expects.
    func endProcesses(grace: Duration, waiting: () async -> Void) async

    /// Makes files of other users in the sources this user's own, and returns a warning if it cannot;
    /// called after `endProcesses`.
    func restoreOwnership() async -> String?

    /// Closes the environment and ends all its processes, also in a cancelled task.
    func close() async

    // MARK: Cache

    /// The directory, outside, below which the cache finds absolute paths.
    var cacheRoot: FilePath { get }

    /// Returns the paths that the cache takes for a path of the `cache` section: relative to the root,
    /// absolute below the root outside, or absolute below `cacheRoot`.
    func cachePaths(for path: String) throws(UnreachablePath) -> [String]

    /// Copies the files that the cache restored below `cacheRoot` to where commands see them; the paths
    /// are results of `cachePaths`.
    func copyCacheIn(_ paths: [String]) async throws(UnreachablePath)

    /// Changes the owner of the files that `copyCacheIn` has copied for the same paths.
    func setCacheOwner(_ owner: TreeOwner, of paths: [String]) async throws(UnreachablePath)

    /// Copies the files that commands have at absolute cached paths to `cacheRoot`; the paths are results
    /// of `cachePath`.
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
    var locationText: String { "on this machine" }

    var defaultUser: String { HostUser.effectiveName() }

    var notes: [String] { [] }

    var warnings: [String] { [] }

    var serviceVariables: [String: String] { [:] }

    var visiblePaths: VisiblePaths? { nil }

    var sourceCopy: FilePath? { nil }

    var fileOwner: uid_t { geteuid() }

    var cacheRoot: FilePath { "/" }

    func programInside(_ program: FilePath) -> FilePath? { program }

    func account(named name: String) async -> UserAccount? { UserAccount(named: name) }

    func obstacle(toRunningAs name: String) -> String? {
        guard geteuid() == 0 else {
            return "; the build runs as '\(defaultUser)', and only root can run commands as "
                + "another user: start it as root\(name == "root" ? "" : " or as '\(name)'"), or "
                + "remove the key"
        }
        return UserSwitch.missing.map {
            " without '\($0)'; install it, on Debian and its relatives with the package 'util-linux'"
        }
    }

    func cachePaths(for path: String) throws(UnreachablePath) -> [String] {
        [try pathOutside(path)]
    }

    func copyCacheIn(_ paths: [String]) async throws(UnreachablePath) {}

    func copyCacheOut(_ paths: [String]) async throws(UnreachablePath) {}

    func setCacheOwner(_ owner: TreeOwner, of paths: [String]) async throws(UnreachablePath) {}

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
