public import BuildspecCache
internal import BuildspecFiles
public import BuildspecModel
public import SystemPackage

/// A build to run, with all its options.
public struct BuildRequest: Sendable {
    /// A variable given at the start of the build.
    public struct Override: Sendable, Equatable {
        /// The variable's name.
        public var name: String
        /// The variable's value.
        public var value: String

        /// Creates a variable.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The buildspec file's value.
    public var buildspec: Buildspec
    /// The source root: `CODEBUILD_SRC_DIR`.
    ///
    /// The build starts only if this is an absolute path of a directory.
    public var sourceDirectory: FilePath
    /// The host's environment variables, from which the build's are made.
    public var hostEnvironment: [String: String]
    /// Variables given at the start; if a name comes several times, its last value counts.
    public var overrides: [Override] = []
    /// The project's name, by which builds are numbered, and the cache's scope if none is given; `nil`
    /// takes the name from git's origin, else from the directory.
    public var project: String?
    /// The phases to run; `nil` for all.
    public var selectedPhases: Set<PhaseName>?
    /// Where and how artifacts are kept; `nil` does not collect them.
    public var artifacts: ArtifactOptions?
    /// The directory that artifacts are collected into; `nil` for a bucket, or if they are not collected.
    ///
    /// Setting a directory keeps the other options.
    public var artifactsDirectory: FilePath? {
        get { artifacts?.directory }
        set {
            var options = newValue.map { artifacts ?? ArtifactOptions(.directory($0)) }
            if let newValue { options?.destination = .directory(newValue) }
            artifacts = options
        }
    }
    /// What the build does with the reports of its tests.
    public var reports = ReportOptions()
    /// Files that the caller writes while the build runs, such as a log; artifacts never contain them.
    public var ownFiles: [FilePath] = []
    /// Files that the caller reads for the build, such as the buildspec file; artifacts never replace them.
    public var inputFiles: [FilePath] = []
    /// The cache; `nil` for a build without one.
    public var cache: BuildCache?
    /// The cache's scope, to which the build saves; `nil` for `project` if that is set, else
    /// `host/owner/name` of git's origin, else the directory on this machine.
    public var cacheScope: String?
    /// The change that is built, if its code is not trusted: without `cacheScope` such a build saves to a
    /// separate scope.
    public var untrustedChange: UntrustedChange?
    /// Scopes that are read after the build's scope, in this order, and never written.
    public var cacheReadScopes: [String] = []
    /// Whether a problem of the cache fails the build.
    public var strictCache = false
    /// The execution environment of the build's commands.
    public var execution = EnvironmentKind.host
    /// Receives, in one line each, what takes long before the build begins.
    public var onNotice: (@Sendable (String) async -> Void)?
    /// Whether the cache records the times of source files and restores them.
    public var retime = false
    /// The longest time that the build may take.
    public var timeout = Duration.seconds(60 * 60)
    /// The state directory: build numbers, and the lists of cached files.
    public var stateDirectory: FilePath
    /// The program whose `hash-files` the command `codebuild-hash-files` runs; `nil` for no such command.
    public var helperExecutable: FilePath?
    /// Values that are masked, whatever they belong to.
    public var masks: [String] = []
    /// Variables whose first values are masked, wherever they come from.
    public var maskNames: [String] = []
    /// Reads parameters and secrets; with `nil` a build that needs one cannot start.
    public var secretResolver: (any SecretResolver)?
    /// Where the build pauses and opens a shell; `nil` never pauses.
    public var debugging: Debugging?
    /// The time that processes have between TERM and KILL.
    public var gracePeriod = Duration.seconds(10)

    /// Creates a request with default options.
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

    /// Whether an obstacle to running commands is only a warning, because no command will run.
    var isPlan = false

    /// The directory in which the build's private directory is created.
    var temporaryDirectory: FilePath {
        let given = hostEnvironment["TMPDIR"] ?? ""
        return FilePath(given.hasPrefix("/") ? given : "/tmp")
    }

    /// The directories and files that are not a part of a build, each with its description.
    var reservedPaths: [(path: FilePath, what: String)] {
        reservedDirectories + ownFiles.map { ($0, "a file that 'buildspec' writes") }
    }

    /// The files that earlier builds collected or exported to the request's directories, and that this build
    /// has not written since its start.
    func earlierOutput(before startTime: Int64) -> Set<FileStatus.Identity> {
        let directories = [artifactsDirectory, reports.destination?.directory].compactMap(\.self)
        let found = directories.flatMap { directory in
            ArtifactMemory(PathBytes(directory.string), in: stateDirectory)?
                .identities(before: startTime) ?? []
        }
        return Set(found)
    }

    /// The directories of `reservedPaths`.
    package var reservedDirectories: [(path: FilePath, what: String)] {
        let names = ["the cache's store", "the cache's shared store"]
        return [(path: stateDirectory, what: "the state directory of 'buildspec'")]
            + zip(cache?.storeDirectories ?? [], names).map { (path: $0, what: $1) }
    }

    /// The reserved directories, links resolved, which commands of a sandbox or container never write to.
    ///
    /// Another build trusts their contents.
    func closedDirectories() throws -> [ClosedDirectory] {
        let closed = reservedDirectories.map { ClosedDirectory($0.path, $0.what) }
        let sources = ClosedDirectory.resolved(sourceDirectory)
        if let directory = closed.first(where: { sources.starts(with: $0.path) }) {
            throw SetupError(
                "commands could write to \(directory.what), because the source directory "
                    + "'\(sourceDirectory)' is in '\(directory.path)'; name another directory for one of"
                    + " them"
            )
        }
        return closed.filter(\.canExist)
    }

    /// The names of variables to which the request or the buildspec file gives a value.
    var givenNames: Set<String> {
        Set(overrides.map(\.name)).union(buildspec.env.variables.map(\.name))
    }

    /// The directory in a state directory that has the lists of cached files; see `BuildCache`.
    package static func fileIndex(in stateDirectory: FilePath) -> FilePath {
        stateDirectory.appending("files")
    }
}

extension BuildRequest {
    /// Refuses directories in which commands would not run, or that depend on this process's directory.
    func checkDirectories() throws {
        var problems: [String] = []
        if let path = artifactsDirectory, path.isRelative {
            problems.append("the artifacts directory '\(path)' is not an absolute path")
        }
        if let path = reports.destination?.directory, path.isRelative {
            problems.append("the reports directory '\(path)' is not an absolute path")
        }
        if sourceDirectory.isRelative {
            problems.append("the source directory '\(sourceDirectory)' is not an absolute path")
        } else if FileProbe(sourceDirectory)?.isDirectory != true {
            let state = FileProbe(sourceDirectory) == nil ? "does not exist" : "is not a directory"
            problems.append("the source directory '\(sourceDirectory)' \(state)")
        }
        guard problems.isEmpty else { throw SetupError(problems.map { SetupError.Problem($0) }) }
    }

    /// Refuses a file that only lists the builds of a batch, because such a build would run nothing and
    /// succeed.
    func checkCommands() throws {
        guard let batch = buildspec.batch, buildspec.isOnlyBatch else { return }
        func resolved(_ path: FilePath) -> PathBytes { Machine.resolved(PathBytes(path.string)) }
        // A build of the batch can name the file with the batch, which is refused again.
        let own = Set(inputFiles.map(resolved))
        let files = batch.buildspecPaths.map(\.value).filter {
            !own.contains(resolved(sourceDirectory.pushing(FilePath($0))))
        }
        let remedy =
            files.isEmpty
            ? "run the buildspec of one of its builds"
            : "run one of its builds: "
                + files.prefix(3).map(BuildRequest.buildspecOption).joined(separator: ", ")
                + (files.count > 3 ? " and \(files.count - 3) more" : "")
        throw SetupError(
            "this buildspec has a batch\(BuildSetup.size(of: batch)) and no commands of its own;"
                + " a single build of it does nothing, and batches cannot be run here yet; \(remedy)",
            at: batch.range
        )
    }

    /// Returns the option for a file; text with shell quotes is not in further quotes, to be copied.
    private static func buildspecOption(_ name: String) -> String {
        let word = ShellText.quoted(name)
        return word == name ? "'--buildspec \(word)'" : "--buildspec \(word)"
    }
}
