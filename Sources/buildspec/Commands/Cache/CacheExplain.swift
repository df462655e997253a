internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec cache explain`.
struct CacheExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain why a key is a hit or a miss, and what changed.",
        discussion: """
            Without a key, the command evaluates the cache section of the buildspec as 'run' does. The \
            shell runs the commands in the key. With a key, the paths are those of --path, else of the \
            key's entry, else of the buildspec. Nothing is restored, and no pack is read. The command \
            also explains the last miss of a build of the project on this machine, with the entries of \
            that time, even if the build saved the entry afterwards.

            \(ExitStatus.help([.success, .buildspecInvalid, .cacheFailed, .usage, .stopped]))
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Explain this key. (default: the cache section of the buildspec)",
            valueName: "key"
        )
    )
    var key: String?

    @Option(
        name: .customLong("path"),
        help: ArgumentHelp("Use this glob as a cache path. Can be repeated.", valueName: "glob")
    )
    var paths: [String] = []

    @Option(
        name: .customLong("fallback-key"),
        help: ArgumentHelp("Try this prefix after the key. Can be repeated.", valueName: "prefix")
    )
    var fallbackKeys: [String] = []

    @OptionGroup var scopes: ScopeOptions

    @OptionGroup var sourceOptions: SourceOptions

    @Option(
        help: ArgumentHelp(
            "Explain the last miss of the project of this name, and use the name as the scope unless "
                + "--scope is given. (default: the name that 'run' uses)",
            valueName: "name"
        )
    )
    var project: String?

    @OptionGroup var store: StoreOptions

    @OptionGroup var policy: PolicyOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if key?.isBlank == true { throw ValidationError("the key is empty") }
        if key == nil, !paths.isEmpty || !fallbackKeys.isEmpty {
            throw ValidationError("--path and --fallback-key need a key")
        }
        if fallbackKeys.contains(where: \.isBlank) {
            throw ValidationError("--fallback-key: the prefix is empty")
        }
    }

    func run() async throws {
        printNotes(PathNotes.of(paths) + PathNotes.of(keys: [key], "KEY"))
        printNotes(PathNotes.of(keys: fallbackKeys, "--fallback-key"))
        let cache = try store.open(policy: policy, root: root)
        let explanation = try await inspecting(cache) { cache in
            try await cache.explain(
                identity(cache),
                root: root,
                leavingOut: GitTrackedFiles.finder(in: root)
            )
        }
        let missed = try await inspecting(cache) { cache in
            try await lastMiss(explanation.identity, cache)
        }
        StandardStream.output.write(
            json
                ? ExplanationJSON.print(explanation, missed)
                : ExplanationText.print(explanation, missed)
        )
    }

    /// The last miss of a build on this machine: of the requested key, or of any key without one.
    private func lastMiss(
        _ requested: CacheIdentity,
        _ cache: BuildCache
    ) async throws -> RecordedMiss? {
        let state = StandardDirectories(Host.environment().variables).state
        var name = project
        if name == nil { name = await SourceVersion.read(in: root).projectName(for: root) }
        var last = MissLog.last(of: key == nil ? nil : requested, project: name ?? "", in: state)
        // A build with '--project' has its log under that name.
        if project == nil {
            last = last ?? MissLog.last(of: requested, anyKey: key == nil, in: state)
        }
        guard let last else { return nil }
        return RecordedMiss(
            entry: last,
            explanation: try await cache.explainMiss(of: last.identity, root: root, at: last.time)
        )
    }

    private var root: FilePath { sourceOptions.root }

    /// The requested identity, from the arguments, the key's entry, or the buildspec.
    private func identity(_ cache: BuildCache) async throws -> CacheIdentity {
        guard let key else { return try await buildspecIdentity(cache) }
        let environment = Host.environment().variables
        let resolved = await scopes.resolve(in: root, environment, project: project)
        var identity = CacheIdentity(
            scope: resolved.own,
            readScopes: resolved.readable,
            key: key,
            fallbackKeys: fallbackKeys,
            paths: paths
        )
        guard paths.isEmpty else { return identity }
        let entries = try await cache.entries().entries
        if let entry = entries.first(where: { $0.key == key && $0.scope == identity.scope }) {
            identity.paths = entry.declarablePaths
        } else {
            try requireBuildspec(for: key, of: identity.scope)
            let declared = try await buildspecIdentity(cache)
            identity.paths = declared.paths
            if fallbackKeys.isEmpty { identity.fallbackKeys = declared.fallbackKeys }
            if declared.key == key { identity.inputs = declared.inputs }
        }
        return identity
    }

    /// Throws without a buildspec; the remedy is `--path`, because the user may have no buildspec.
    private func requireBuildspec(for key: String, of scope: String) throws {
        guard sourceOptions.buildspec == nil,
            !Host.exists(BuildspecFile.path(in: sourceOptions.source))
        else { return }
        let text = "error: key '\(key)' is not stored for '\(scope)', and there is no buildspec "
        let remedy = "with its paths; name the paths with '--path'"
        StandardStream.error.write((text + remedy).oneLine + "\n")
        throw ExitStatus.buildspecInvalid.exitCode
    }

    private func buildspecIdentity(_ cache: BuildCache) async throws -> CacheIdentity {
        let host = Host.environment().variables
        let file = try BuildspecFile(sourceOptions) {
            var request = sourceOptions.request($0, host, overrides: sourceOptions.overrides)
            request.project = project
            scopes.apply(to: &request, host)
            request.cache = cache
            return request
        }
        do {
            let identity = try await BuildRunner.cacheIdentity(of: file.request) { warning in
                StandardStream.error.write("warning: \(warning.oneLine)\n")
            }
            if let identity { return identity }
        } catch let error as SetupError {
            DiagnosticOutput.print(error, of: file, isOfBuild: false)
            throw ExitStatus.buildspecInvalid.exitCode
        }
        StandardStream.error.write("error: '\(file.name)' has no cache section\n")
        throw ExitStatus.buildspecInvalid.exitCode
    }
}
