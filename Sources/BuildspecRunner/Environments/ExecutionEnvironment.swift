internal import BuildspecModel
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A process to start on this machine so that a program runs in a build's place.
struct ProcessSpec: Sendable, Equatable {
    /// What to start.
    var program: FilePath
    /// Its arguments, without its name.
    var arguments: [String]
    /// Where it starts.
    var directory: FilePath
    /// Whom it is started as, where that is not the user that runs the build.
    var user: UserAccount?
    /// Its environment.
    var environment: [String: String] = [:]
    /// Whether it is kept from the user's kernel keyrings and the input of terminals, on Linux;
    /// `ConfinedProcess` starts it.
    var isConfined = false
}

/// A place for a build's commands that is chosen and not open yet: what is known before anything runs
/// there.
protocol EnvironmentSpec: Sendable {
    /// The source root as commands will see it: `CODEBUILD_SRC_DIR`.
    var root: FilePath { get }

    /// The environment that the build's own is made from: this machine's, or an image's.
    var environment: [String: String] { get }

    /// Opens it; called once, before anything runs there.
    ///
    /// - Parameters:
    ///   - needs: what is known of the build.
    ///   - directory: the build's private directory, on this machine.
    /// - Returns: the place, which the caller closes whatever happens.
    /// - Throws: `SetupError` when it cannot be opened; nothing is left then.
    func open(
        _ needs: EnvironmentRequirements,
        in directory: PrivateDirectory
    ) async throws
        -> any ExecutionEnvironment
}

/// What a place has to know of a build before it can be opened.
struct EnvironmentRequirements: Sendable {
    /// The first environment, without the variables that CodeBuild sets except `CODEBUILD_SRC_DIR`.
    var variables: [String: String]
    /// The paths that are cached, variables put in; patterns, relative to the root or absolute inside.
    var cachePaths: [String]

    /// Collects it.
    init(_ request: BuildRequest, _ variables: [String: String], root: FilePath) {
        var variables = variables
        if !request.overrides.contains(where: { $0.name == "CODEBUILD_SRC_DIR" }) {
            variables["CODEBUILD_SRC_DIR"] = root.string
        }
        self.variables = variables
        cachePaths =
            (request.cache == nil ? nil : request.buildspec.cache)
            .map { section in
                section.paths.map { path in
                    CachePath(path.value, root: root) { variables[$0] }
                }
                .filter { $0.obstacle == nil }.map(\.text)
            } ?? []
    }
}

/// Where a build's commands run.
///
/// The runner keeps sources, state, cache and artifacts on this machine and reaches them by their
/// own paths, the outside; commands may see them elsewhere, the inside. Processes in a place must be
/// seen by this machine's process table, in the process group of what is started, or be ended by
/// `close`.
protocol ExecutionEnvironment: Sendable {
    /// The source root as commands see it.
    var root: FilePath { get }

    /// Where it is in the words of a message: `on this machine`.
    var whereabouts: String { get }

    /// Who runs the commands that nobody else is named for.
    var ownUser: String { get }

    /// The path by which commands see something in the build's private directory.
    func inside(_ path: FilePath) -> FilePath

    /// The path by which the runner reaches what commands mean by a path.
    ///
    /// - Parameter path: a path or pattern of the buildspec, absolute inside or relative to the root.
    /// - Returns: the same outside; relative ones stay as they are.
    /// - Throws: `UnreachablePath` when only commands can reach it.
    func outside(_ path: String) throws(UnreachablePath) -> String

    /// The path by which commands run a program of this machine; `nil` when they cannot.
    func programInside(_ program: FilePath) -> FilePath?

    /// The first of some inside paths at which there is a program.
    func firstProgram(of paths: [FilePath]) async -> FilePath?

    /// Why commands cannot run as somebody else than `ownUser`, as the tail of a sentence with its
    /// remedy; `nil` when they can.
    func obstacle(toRunningAs name: String) -> String?

    /// A user inside; `nil` when there is none of that name.
    func account(named name: String) async -> UserAccount?

    /// What to start so that a program runs in this place.
    ///
    /// - Parameters:
    ///   - program: the program's path inside.
    ///   - arguments: its arguments.
    ///   - directory: where it starts, an outside path in the build's private directory.
    ///   - user: whom it runs as; `nil` is the user that runs the build.
    /// - Returns: the process to start.
    func launch(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec

    /// What to start so that a program runs in this place on the terminal that it has as its input
    /// and output; `launch` unless a place has to do something for that.
    func launchOnTerminal(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec

    /// What the log tells of it, one line each.
    var notes: [String] { get }

    /// What the user should know of it, one line each.
    var warnings: [String] { get }

    /// What it adds to the variables that CodeBuild sets.
    var serviceVariables: [String: String] { get }

    /// What commands see of this machine's files; `nil` is all of them.
    var sight: VisiblePaths? { get }

    /// The source root that the runner works with, if it is not the user's own.
    var sourceCopy: FilePath? { get }

    /// Whose the files are that commands of the place's own user leave, as this machine sees it.
    var owner: uid_t { get }

    /// The directory, outside, from which the cache takes absolute paths.
    var cacheTop: FilePath { get }

    /// A path of the `cache` section as the cache takes it: relative to the root, absolute below the
    /// root outside, or absolute from `cacheTop`.
    ///
    /// - Throws: `UnreachablePath` when it cannot be cached here.
    func cached(_ path: String) throws(UnreachablePath) -> String

    /// Shows commands what the cache has put below `cacheTop`.
    ///
    /// - Parameter paths: what `cached` made of the paths.
    /// - Throws: `UnreachablePath` when that fails.
    func putCacheIn(_ paths: [String]) async throws(UnreachablePath)

    /// Brings what commands have at absolute cached paths to `cacheTop`.
    ///
    /// - Parameter paths: what `cached` made of the paths.
    /// - Throws: `UnreachablePath` when that fails.
    func takeCacheOut(_ paths: [String]) async throws(UnreachablePath)

    /// What runs the build's commands.
    ///
    /// - Parameters:
    ///   - pump: what carries their output.
    ///   - groups: what knows of processes that still run.
    ///   - grace: how long they have between TERM and KILL.
    /// - Returns: what runs them.
    func processes(
        output pump: OutputMultiplexer,
        groups: ProcessGroups,
        grace: Duration
    ) -> any CommandExecutor

    /// Ends what commands left behind and what is not in a process group; must also work in a
    /// cancelled task.
    ///
    /// - Parameters:
    ///   - grace: the longest time between TERM and KILL.
    ///   - waiting: called once when it takes longer than people expect.
    func endProcesses(grace: Duration, waiting: () async -> Void) async

    /// Makes what commands have left in the sources this user's own, where the place lets them leave
    /// files of other users; after `endProcesses`.
    ///
    /// - Returns: what is wrong and what to do, in one line; `nil` when nothing is.
    func handBack() async -> String?

    /// Ends the place and all that still runs there; must also work in a cancelled task.
    func close() async
}

extension ExecutionEnvironment {
    func launchOnTerminal(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        launch(program, arguments, in: directory, as: user)
    }
}

/// Why something that commands see cannot be reached by the runner.
struct UnreachablePath: Error, CustomStringConvertible {
    /// The reason, in one line.
    var description: String
}
