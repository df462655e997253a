internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner
internal import Dispatch
internal import SystemPackage

/// `buildspec run`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the build that a buildspec describes, with its cache.",
        discussion: """
            Runs install, pre_build, build and post_build on this machine as CodeBuild does, restores \
            the cache before and saves it after a successful build.

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

    @OptionGroup var what: SourceOptions

    @OptionGroup var place: EnvironmentOptions

    @Option(
        help: ArgumentHelp("Set the variables of a file of NAME=VALUE lines.", valueName: "file")
    )
    var envFile: [String] = []

    @Option(
        name: .customLong("mask"),
        help: ArgumentHelp("Hide the value of this variable in all output.", valueName: "name")
    )
    var masks: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write the build's events as lines of JSON to this file; '-' is standard output, and the "
                + "log goes to standard error.",
            valueName: "file"
        )
    )
    var events: String?

    @Option(
        help: ArgumentHelp(
            "Take parameters and secrets from a file of REFERENCE=VALUE lines before AWS is asked.",
            valueName: "file"
        )
    )
    var secretsFile: String?

    @Option(
        help: ArgumentHelp(
            "Write the exported variables to this file: JSON if its name ends in .json, else dotenv.",
            valueName: "file"
        )
    )
    var exports: String?

    @Option(
        help: ArgumentHelp(
            "How the log looks: 'pretty' shows what is going on now, 'plain' all output, 'codebuild' "
                + "compares with the cloud's. (default: 'pretty' on a terminal, else 'plain')",
            valueName: "format"
        )
    )
    var logFormat: LogFormat?

    @OptionGroup var debugOptions: DebugOptions

    @Option(help: ArgumentHelp("Collect the artifacts into this directory.", valueName: "dir"))
    var artifacts: String?

    @Option(
        help: ArgumentHelp(
            "Keep the cache in this directory or bucket (s3://bucket/prefix), or 'none'. "
                + "(default: $BUILDSPEC_CACHE, else the configuration file's, else "
                + "~/.cache/buildspec)",
            valueName: "dir"
        )
    )
    var cache: String?

    @Option(
        help: ArgumentHelp(
            "A store behind the cache that many machines share, such as s3://bucket/prefix, or "
                + "'none'. (default: $BUILDSPEC_REMOTE, else the configuration file's, else none)",
            valueName: "dir"
        )
    )
    var remote: String?

    @OptionGroup var scopes: ScopeOptions

    @OptionGroup var policy: PolicyOptions

    @OptionGroup var newStore: NewStoreOptions

    @OptionGroup var mode: ReadOnlyOptions

    @OptionGroup var signing: SigningOptions

    @OptionGroup var configOptions: ConfigOptions

    @OptionGroup var limits: LimitOptions

    @Flag(
        help: """
            Fail the build when the cache cannot be used, instead of a warning; also when a remote one \
            fails and the directory goes on alone.
            """
    )
    var strictCache = false

    @Flag(
        help: """
            Keep the times of unchanged source files in the cache, so that make, ninja and SwiftPM \
            make only anew what changed.
            """
    )
    var retime = false

    @Option(
        help: ArgumentHelp(
            "Stop the build after this time, such as 90s or 1h30m.",
            valueName: "duration"
        )
    )
    var timeout = "60m"

    @Option(
        help: ArgumentHelp(
            "The project's name. (default: the repository's, else the directory's)",
            valueName: "name"
        )
    )
    var project: String?

    func validate() throws {
        if case .failure(let problem) = DurationText.parse(timeout) {
            throw ValidationError("--timeout: \(problem.message)")
        }
        let config = try configOptions.read()
        if !isWithoutCache(config) {
            _ = try CacheLocations(cache: cache, remote: remote, config, newStore)
        } else if let remote, remote != "none" {
            throw ValidationError(
                cache == nil
                    ? "--remote needs a cache, and $BUILDSPEC_CACHE or the configuration says 'none'; "
                        + "name a directory with '--cache'"
                    : "--remote needs a cache; leave '--cache none' out"
            )
        }
        if project?.isEmpty == true { throw ValidationError("--project: the name is empty") }
    }

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let host = Host.environment()
        let overrides = try givenVariables()
        let resolver = try SecretsFileResolver(secretsFile, or: AWSSecretResolver(host.variables))
        let trust = try cacheTrust(host.variables)
        let file = try BuildspecFile(
            what.buildspec,
            source: what.source,
            hidingBy: { self.request($0, host.variables, overrides, resolver, trust).redactor },
            refused: { failSource($0, "YAML_FILE_ERROR", $1, of: nil) }
        )
        var request = request(file.buildspec, host.variables, overrides, resolver, trust)
        request.debugging = try debugOptions.debugging()
        let inputs = try inputs(file, host.variables)
        request.inputFiles = inputs.map { absolute($0.path.string) }
        try await OutputCheck(
            inputs: inputs,
            directories: request.reservedDirectories
        ).check(outputs)
        let exportsFile = try exports.map(ExportsFile.init)
        let eventLog = try events.map(EventLog.init(path:))
        let log = try log(of: file, request)
        let watched = (log as? PrettyOutput)?.watchTerminal() ?? []
        defer { for source in watched { source.cancel() } }
        let output = eventLog.map { TeeSink(first: $0, second: log) } ?? log
        for warning in resolver.unused(by: file.buildspec) {
            await output.receive(.warning(request.redactor.redacting(warning)))
        }
        for name in host.unreadable {
            await output.receive(.warning("'\(name)' is left out: its value is not UTF-8"))
        }
        let runner = BuildRunner(request)
        do {
            let result = try await Signals.stopping(
                { try await runner.run(into: output) },
                insist: { runner.killProcesses() }
            )
            let isHandedOn = exportsFile?.write(result.exportedVariables) ?? true
            guard isHandedOn || result.state != .succeeded else {
                throw ExitStatus.buildFailed.exitCode
            }
            throw ExitStatus(result).exitCode
        } catch is CancellationError {
            throw ExitStatus.stopped.exitCode
        } catch let error as SetupError {
            eventLog?.notStarted(error)
            DiagnosticOutput.print(error, of: file, hidingBy: request.redactor)
            if error.phase == .downloadSource, let problem = error.problems.first {
                let message = request.redactor.redacting(problem.message)
                failSource(file.name, problem.statusCode ?? "", message, of: file.buildspec)
            }
            throw ExitStatus.buildspecInvalid.exitCode
        }
    }
}

extension Run {
    private func isWithoutCache(_ config: ConfigFile) -> Bool {
        (cache ?? config.environment["BUILDSPEC_CACHE"]) == "none"
    }

    private func request(
        _ buildspec: Buildspec,
        _ host: [String: String],
        _ overrides: [BuildRequest.Override],
        _ resolver: any SecretResolver,
        _ trust: CacheTrust
    ) -> BuildRequest {
        let directories = StandardDirectories(host)
        var request = BuildRequest(
            buildspec,
            sourceDirectory: what.root,
            hostEnvironment: SigningKeySource.hidden(from: host),
            stateDirectory: directories.state
        )
        request.overrides = overrides
        request.execution = place.choice
        request.onNotice = { StandardStream.error.write("buildspec: \($0.printableLines)\n") }
        request.project = project
        request.selectedPhases = what.selectedPhases
        request.artifactsDirectory = artifacts.map { absolute($0) }
        request.ownFiles = outputs.map { absolute($0.path) } + OutputCheck.streamFiles
        // An impossible place was refused with the arguments.
        if let config = try? configOptions.read(host), !isWithoutCache(config) {
            let places = try? CacheLocations(cache: cache, remote: remote, config, newStore)
            request.cache = (places?.open(config)).map(trust.applied)
            request.cache?.limits = limits.limits(config.environment)
            request.cacheScope = scopes.own(host)
            request.cacheReadScopes = scopes.readable(host)
            request.untrustedChange = scopes.untrustedChange(host)
        }
        request.hideSigningKeys(signing.signKey, host)
        request.strictCache = strictCache
        request.retime = retime
        request.maskNames = masks
        request.secretResolver = resolver
        if case .success(let timeout) = DurationText.parse(timeout) { request.timeout = timeout }
        request.helperExecutable = Host.executable
        return request
    }

    /// Whose entries the cache accepts; read before anything runs.
    private func cacheTrust(_ host: [String: String]) throws -> CacheTrust {
        guard !isWithoutCache(try configOptions.read(host)) else { return CacheTrust() }
        return try CacheTrust(
            policy.policy(root: what.root, host, failing: .buildspecInvalid),
            signing.key(host),
            mode,
            host
        )
    }

    /// Prints, in CodeBuild's log, how a build fails before its first phase.
    private func failSource(
        _ file: String,
        _ code: String,
        _ message: String,
        of buildspec: Buildspec?
    ) {
        guard logFormat == .codebuild else { return }
        let stream: StandardStream = events == "-" ? .error : .output
        SourceFailure(
            source: what.root.string,
            file: absolute(file).string,
            code: code,
            message: message,
            buildspec: buildspec
        ).print(to: stream)
    }

    func absolute(_ path: String) -> FilePath {
        Host.currentDirectory().pushing(FilePath(path))
    }

    /// Files first, in their order, then `--env`: the more particular beats.
    private func givenVariables() throws -> [BuildRequest.Override] {
        try envFile.flatMap(variables(in:)) + what.variables.compactMap(EnvironmentFile.assignment)
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
