internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec run`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the build of a buildspec, with its cache.",
        discussion: """
            Runs install, pre_build, build and post_build on this machine as CodeBuild does. Restores \
            the cache before the build, and saves it after a successful build.

            \(
                ExitStatus.help(
                    ExitStatus.allCases,
                    [
                        .success: "success: every phase succeeded",
                        .cacheFailed: "the cache could not be used, with --strict-cache",
                    ]
                )
            )
            """
    )

    @OptionGroup var sourceOptions: SourceOptions

    @OptionGroup var phaseOptions: PhaseOptions

    @OptionGroup var environmentOptions: EnvironmentOptions

    @Option(
        help: ArgumentHelp(
            "Set the variables of this file of NAME=VALUE lines. Can be repeated.",
            valueName: "file"
        )
    )
    var envFile: [String] = []

    @Option(
        name: .customLong("mask"),
        help: ArgumentHelp(
            "Mask the value of this variable in all output. Can be repeated.",
            valueName: "name"
        )
    )
    var masks: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write the build's events as lines of JSON to this file. With '-', write them to standard "
                + "output, and the log to standard error.",
            valueName: "file"
        )
    )
    var events: String?

    @Option(
        help: ArgumentHelp(
            "Read parameters and secrets from this file of REFERENCE=VALUE lines, and only the others "
                + "from AWS.",
            valueName: "file"
        )
    )
    var secretsFile: String?

    @Option(
        help: ArgumentHelp(
            "Write the exported variables to this file: as JSON if its name ends in .json, else as "
                + "dotenv.",
            valueName: "file"
        )
    )
    var exports: String?

    @Option(
        help: ArgumentHelp(
            "Print the log in this format: 'pretty' shows the current command, 'plain' all output, "
                + "'codebuild' the lines of CodeBuild. (default: 'pretty' on a terminal, else 'plain')",
            valueName: "format"
        )
    )
    var logFormat: LogFormat?

    @OptionGroup var debugOptions: DebugOptions

    @OptionGroup var artifactsOptions: ArtifactsOptions

    @OptionGroup var reportsOptions: ReportsOptions

    @OptionGroup var store: StoreOptions

    @OptionGroup var scopes: ScopeOptions

    @OptionGroup var policy: PolicyOptions

    @OptionGroup var signing: SigningOptions

    @OptionGroup var limits: LimitOptions

    @Flag(
        help: """
            Fail the build if the cache cannot be used, instead of a warning. This includes a shared \
            store that fails while the local store works.
            """
    )
    var strictCache = false

    @Flag(
        help: """
            Restore the times that unchanged source files had at the save, so that make, ninja and \
            SwiftPM rebuild only what changed.
            """
    )
    var retime = false

    @Option(
        help: ArgumentHelp(
            "Stop the build after this duration, such as 90s or 1h30m.",
            valueName: "duration"
        )
    )
    var timeout = "60m"

    @Option(
        help: ArgumentHelp(
            "Use this name for the project. (default: the repository's, else the directory's)",
            valueName: "name"
        )
    )
    var project: String?

    func validate() throws {
        if case .failure(let problem) = DurationText.parse(timeout) {
            throw ValidationError("--timeout: \(problem.message)")
        }
        if project?.isEmpty == true { throw ValidationError("--project: the name is empty") }
        if !reportsOptions.failOn.isEmpty, let phases = phaseOptions.selected,
            phases.isDisjoint(with: [.build, .postBuild])
        {
            throw ValidationError(
                "--fail-on needs reports, which are read only if '--phase' names build or post_build"
            )
        }
    }

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let host = Host.environment()
        let config = try store.configuration(host.variables)
        let cache = try cache(config)
        let artifacts = try artifactsOptions.options(config)
        let reports = try reportsOptions.options(config)
        let overrides = try overrides()
        let aws = AWSSecretResolver(environment: host.variables)
        let resolver = try SecretsFileResolver(secretsFile, or: aws)
        let file = try BuildspecFile(
            sourceOptions,
            requesting: {
                var request = self.request($0, host.variables, overrides, resolver, cache)
                request.artifacts = artifacts
                request.reports = reports
                return request
            },
            onFailure: { failSource($0, "YAML_FILE_ERROR", $1, of: nil) }
        )
        var request = file.request
        request.debugging = try debugOptions.debugging()
        let inputs = inputs(file, config, host.variables)
        request.inputFiles = inputs.map { absolute($0.path.string) }
        try await OutputCheck(
            inputs: inputs,
            directories: request.reservedDirectories
        ).check(outputs)
        let exportsFile = try exports.map(ExportsFile.init)
        let eventLog = try events.map(EventLog.init(path:))
        let log = try log(of: file, request)
        let stopWatching = (log as? PrettyOutput)?.watchTerminal()
        defer { stopWatching?() }
        let output = eventLog.map { TeeSink(first: $0, second: log) } ?? log
        for warning in resolver.unused(by: file.buildspec) {
            await output.receive(.warning(request.redactor.redacting(warning)))
        }
        for name in host.unreadable {
            await output.receive(.warning("'\(name)' is not set: its value is not UTF-8"))
        }
        let runner = BuildRunner(request)
        do {
            let result = try await Signals.stopping(
                { try await runner.run(into: output) },
                onSecondSignal: { runner.killProcesses() }
            )
            let isExported =
                exportsFile?.write(result.exportedVariables + ArtifactVariables.of(result)) ?? true
            guard isExported || result.state != .succeeded else {
                throw ExitStatus.buildFailed.exitCode
            }
            throw ExitStatus(result).exitCode
        } catch is CancellationError {
            throw ExitStatus.stopped.exitCode
        } catch let error as SetupError {
            eventLog?.writeNotStarted(error)
            DiagnosticOutput.print(error, of: file)
            if error.phase == .downloadSource, let problem = error.problems.first {
                let message = request.redactor.redacting(problem.message)
                failSource(file.name, problem.statusCode ?? "", message, of: file.buildspec)
            }
            throw ExitStatus.buildspecInvalid.exitCode
        }
    }
}

extension Run {
    /// Makes the cache with its policy and signing key, before any command runs; `nil` for 'none'.
    private func cache(_ config: ConfigFile) throws -> BuildCache? {
        guard (store.cache ?? config.environment["BUILDSPEC_CACHE"]) == "none" else {
            var cache = try store.open(
                config,
                policy: policy,
                root: sourceOptions.root,
                signing: signing,
                failing: .buildspecInvalid
            )
            cache.limits = limits.limits(config.environment)
            return cache
        }
        try SigningKeySource.requireClosedFiles(signing.signKey, config.environment)
        guard let remote = store.remote, remote != "none" else { return nil }
        throw ValidationError(
            store.cache == nil
                ? "--remote needs a local store, but $BUILDSPEC_CACHE or the configuration is "
                    + "'none'; name a directory with '--cache'"
                : "--remote needs a local store; omit '--cache none'"
        )
    }

    private func request(
        _ buildspec: Buildspec,
        _ host: [String: String],
        _ overrides: [BuildRequest.Override],
        _ resolver: any SecretResolver,
        _ cache: BuildCache?
    ) -> BuildRequest {
        var request = sourceOptions.request(
            buildspec,
            host,
            overrides: overrides,
            signKey: signing.signKey
        )
        request.execution = environmentOptions.kind
        request.onNotice = { StandardStream.error.write("buildspec: \($0.printableLines)\n") }
        request.project = project
        request.selectedPhases = phaseOptions.selected
        request.ownFiles = outputs.map { absolute($0.path) } + OutputCheck.streamFiles
        request.cache = cache
        if cache != nil { scopes.apply(to: &request, host) }
        request.strictCache = strictCache
        request.retime = retime
        request.maskNames = masks
        request.secretResolver = resolver
        if case .success(let timeout) = DurationText.parse(timeout) { request.timeout = timeout }
        return request
    }

    /// Prints in the format of CodeBuild's log that a build fails before its first phase.
    private func failSource(
        _ file: String,
        _ code: String,
        _ message: String,
        of buildspec: Buildspec?
    ) {
        guard logFormat == .codebuild else { return }
        let stream: StandardStream = events == "-" ? .error : .output
        SourceFailure(
            source: sourceOptions.root.string,
            file: absolute(file).string,
            code: code,
            message: message,
            buildspec: buildspec
        ).print(to: stream)
    }

    func absolute(_ path: String) -> FilePath {
        Host.currentDirectory().pushing(FilePath(path))
    }

    /// The variables of `--env-file` in their order, then those of `--env`, which override them.
    private func overrides() throws -> [BuildRequest.Override] {
        try envFile.flatMap(variables(in:)) + sourceOptions.overrides
    }

    private func variables(in file: String) throws -> [BuildRequest.Override] {
        let text = try TextFile.read(file, of: "--env-file")
        do {
            return try EnvironmentFile.parse(text)
        } catch {
            throw ValidationError(
                "--env-file: \(file):\(error.line): \(error.message)".hidingSigningKeys
            )
        }
    }
}
