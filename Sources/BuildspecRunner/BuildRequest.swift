public import BuildspecCache
public import BuildspecModel
public import SystemPackage

/// What to run and with what.
public struct BuildRequest: Sendable {
    /// A variable given at the start of the build.
    public struct Override: Sendable, Equatable {
        /// The variable's name.
        public var name: String
        /// Its value.
        public var value: String

        /// Creates a variable.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The buildspec.
    public var buildspec: Buildspec
    /// The source root, an absolute path of a directory: `CODEBUILD_SRC_DIR`.
    ///
    /// The build does not start with anything else.
    public var sourceDirectory: FilePath
    /// The environment to start from.
    public var hostEnvironment: [String: String]
    /// Variables given at the start; the last of a name counts.
    public var overrides: [Override] = []
    /// The project's name, which numbers builds and, where no scope is given, is the cache's scope; `nil`
    /// takes it from git's origin, else from the directory.
    public var project: String?
    /// The phases to run; `nil` is all.
    public var selectedPhases: Set<PhaseName>?
    /// Where artifacts go; `nil` does not collect them.
    public var artifactsDirectory: FilePath?
    /// Files that the caller itself writes while the build runs, such as a log; no artifact has them.
    public var ownFiles: [FilePath] = []
    /// Files that the caller reads for the build, such as that of the buildspec; no artifact replaces them.
    public var inputFiles: [FilePath] = []
    /// The cache; `nil` is none.
    public var cache: BuildCache?
    /// The cache's scope, to which it is saved; `nil` is the `project` that was given, else
    /// `host/owner/name` of git's origin, else the directory on this machine.
    public var cacheScope: String?
    /// The change that is built, where its code is not trusted: without `cacheScope` it saves to a scope of
    /// its own.
    public var untrustedChange: UntrustedChange?
    /// Scopes that are read behind the own one, in this order, and never written.
    public var cacheReadScopes: [String] = []
    /// Whether a cache problem fails the build.
    public var strictCache = false
    /// Where commands run.
    public var place = EnvironmentKind.host
    /// Told, in one line, what takes long before the build begins.
    public var onNotice: (@Sendable (String) async -> Void)?
    /// Whether the cache records the times of source files and gives them back.
    public var retime = false
    /// The longest time that the build may take.
    public var timeout = Duration.seconds(60 * 60)
    /// Where this machine keeps build numbers and what it knows of cached files.
    public var stateDirectory: FilePath
    /// The program whose `hash-files` is behind `codebuild-hash-files`; `nil` leaves it out.
    public var helperExecutable: FilePath?
    /// Values that must not be shown, whatever they belong to.
    public var masks: [String] = []
    /// Variables whose first values must not be shown, wherever they come from.
    public var maskNames: [String] = []
    /// What reads parameters and secrets; `nil` reads none, and a build that needs one cannot start.
    public var secretResolver: (any SecretResolver)?
    /// Where the build pauses for its user to look around; `nil` is nowhere.
    public var debugging: Debugging?
    /// How long processes have between TERM and KILL.
    public var gracePeriod = Duration.seconds(10)

    /// Creates a request with the defaults of a plain build.
    public init(
        _ buildspec: Buildspec,
        sourceDirectory: FilePath,
        hostEnvironment: [String: String],
        stateDirectory: FilePath
    ) {
        self.buildspec = buildspec
        self.sourceDirectory = sourceDirectory
        self.hostEnvironment = hostEnvironment
        self.stateDirectory = stateDirectory
    }

    /// Whether what keeps commands from running is only worth a warning, because none will run.
    var isPlan = false

    /// Where the build's private directory is made.
    var temporaryDirectory: FilePath {
        let given = hostEnvironment["TMPDIR"] ?? ""
        return FilePath(given.hasPrefix("/") ? given : "/tmp")
    }

    /// The directories and files that are no part of a build, with what they are.
    var ownPlaces: [(path: FilePath, what: String)] {
        ownDirectories + ownFiles.map { ($0, "a file that 'buildspec' writes") }
    }

    /// The directories among them.
    package var ownDirectories: [(path: FilePath, what: String)] {
        let names = ["the cache's store", "the shared store behind the cache"]
        return [(path: stateDirectory, what: "where 'buildspec' keeps its state")]
            + zip(cache?.storeDirectories ?? [], names).map { (path: $0, what: $1) }
    }

    /// The names of variables to which the build itself gives values.
    var givenNames: Set<String> {
        Set(overrides.map(\.name)).union(buildspec.env.variables.map(\.name))
    }

    /// Where a state directory has what is known of cached files; see `BuildCache`.
    package static func fileIndex(in stateDirectory: FilePath) -> FilePath {
        stateDirectory.appending("files")
    }
}

/// Why a build cannot start; nothing has run.
public struct SetupError: Error, Sendable, Equatable {
    /// The phase in which CodeBuild fails such a build, as its API spells it.
    public enum Phase: String, Sendable {
        case provisioning = "PROVISIONING"
        case downloadSource = "DOWNLOAD_SOURCE"
    }

    /// One thing that is wrong.
    public struct Problem: Sendable, Equatable {
        /// What is wrong and what to do, in one line.
        public var message: String
        /// The place in the buildspec, if it is there.
        public var range: SourceRange?
        /// CodeBuild's status code in the context of the failed phase, where logs show it.
        public var statusCode: String?

        /// Creates a problem.
        public init(
            _ message: String,
            at range: SourceRange? = nil,
            statusCode: String? = nil
        ) {
            self.message = message
            self.range = range
            self.statusCode = statusCode
        }
    }

    /// All that is wrong, at least one.
    public var problems: [Problem]
    /// Where it fails.
    public var phase: Phase

    /// Creates an error.
    public init(_ problems: [Problem], in phase: Phase = .downloadSource) {
        self.problems = problems
        self.phase = phase
    }
}
