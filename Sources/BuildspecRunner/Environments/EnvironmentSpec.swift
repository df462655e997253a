internal import BuildspecModel
internal import SystemPackage

/// An execution environment that is chosen and not open yet.
protocol EnvironmentSpec: Sendable {
    /// The source root as commands will see it: `CODEBUILD_SRC_DIR`.
    var root: FilePath { get }

    /// The variables from which the build's are made: the host's, or an image's.
    var environment: [String: String] { get }

    /// Opens the environment, which the caller must close; called once, before anything runs in it.
    ///
    /// A failure is a `SetupError` and leaves nothing.
    func open(
        _ requirements: EnvironmentRequirements,
        in directory: PrivateDirectory
    ) async throws -> any ExecutionEnvironment
}

/// The properties of a build that an execution environment must know before it opens.
struct EnvironmentRequirements: Sendable {
    /// The first variables, of CodeBuild's only `CODEBUILD_SRC_DIR`.
    var variables: [String: String]
    /// The cached paths with their variables replaced: patterns, relative to the source root or absolute
    /// as commands see them.
    var cachePaths: [String]

    /// Derives the requirements from a request.
    init(_ request: BuildRequest, _ variables: [String: String], root: FilePath) {
        var variables = variables
        if !request.overrides.contains(where: { $0.name == "CODEBUILD_SRC_DIR" }) {
            variables["CODEBUILD_SRC_DIR"] = root.string
        }
        self.variables = variables
        let paths = request.cache == nil ? [] : request.buildspec.cache?.paths ?? []
        cachePaths = paths.map { path in CachePath(path.value, root: root) { variables[$0] } }
            .filter { $0.obstacle == nil }.map(\.text)
    }
}
