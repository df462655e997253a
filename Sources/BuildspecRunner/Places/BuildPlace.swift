internal import BuildspecModel
internal import SystemPackage

/// A process to start on this machine so that a program runs in a build's place.
struct Launch: Sendable, Equatable {
    /// What to start.
    var program: FilePath
    /// Its arguments, without its name.
    var arguments: [String]
    /// Where it starts.
    var directory: FilePath
    /// Whom it is started as, where that is not the user that runs the build.
    var user: UserAccount?
}

/// A place for a build's commands that is chosen and not open yet: what is known before anything runs
/// there.
protocol ClosedPlace: Sendable {
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
        _ needs: PlaceNeeds,
        in directory: PrivateDirectory
    ) async throws
        -> any BuildPlace
}

/// What a place has to know of a build before it can be opened.
struct PlaceNeeds: Sendable {
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
                section.paths.map { path in VariableText.expand(path.value) { variables[$0] } }
                    .filter(\.unset.isEmpty).map(\.text)
            } ?? []
    }
}

/// Where a build's commands run.
///
/// The runner keeps sources, state, cache and artifacts on this machine and reaches them by their
/// own paths, the outside; commands may see them elsewhere, the inside. Processes in a place must be
/// seen by this machine's process table, in the process group of what is started, or be ended by
/// `close`.
protocol BuildPlace: Sendable {
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
    /// - Throws: `NotShared` when only commands can reach it.
    func outside(_ path: String) throws(NotShared) -> String

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
    /// - Returns: the process to start, with an empty environment.
    func launch(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> Launch

    /// What to start so that a program runs in this place on the terminal that it has as its input
    /// and output; `launch` unless a place has to do something for that.
    func launchOnTerminal(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> Launch

    /// Ends the place and all that still runs there; must also work in a cancelled task.
    func close() async
}

extension BuildPlace {
    func launchOnTerminal(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> Launch {
        launch(program, arguments, in: directory, as: user)
    }
}

/// Why something that commands see cannot be reached by the runner.
struct NotShared: Error, CustomStringConvertible {
    /// The reason, in one line.
    var description: String
}
