internal import BuildspecModel
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Everything that is settled before the first command: who the build is and what it sees.
///
/// What CodeBuild does in DOWNLOAD_SOURCE. Whatever is wrong here keeps every command from running.
struct BuildSetup: Sendable {
    /// Which build this is.
    var identity: BuildIdentity
    /// The first environment, without the helper directory.
    var environment: BuildEnvironment
    /// The interpreter.
    var shell: FilePath
    /// Hides what must not be shown.
    var redactor: Redactor
    /// Who runs the commands.
    var users: BuildUsers
    /// What a user needs who is made by the build itself.
    var requiredPaths: BuildUsers.RequiredPaths
    /// What the user should know, one line each.
    var warnings: [String]
    /// What the log tells, one line each.
    var notes: [String]

    /// Whose entries the cache saves and reads.
    var scopes: CacheScopes

    /// Where they run; whoever settles a build closes it.
    var execution: any ExecutionEnvironment

    /// Opens the build's place and settles everything.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - directory: the build's private directory.
    /// - Returns: the setup, with a place that is open.
    /// - Throws: `SetupError` with all problems; no place is open then.
    static func prepare(
        _ request: BuildRequest,
        in directory: PrivateDirectory
    ) async throws -> BuildSetup {
        let closed = try await provisioning { try await request.environmentSpec() }
        var environment = BuildEnvironment(host: closed.environment)
        environment.add(declared: request.buildspec.env.variables)
        let values = try await request.resolvedReferences()
        environment.add(resolved: values)
        environment.add(overrides: request.overrides)
        var secretValues = SecretValues(request, environment: environment.variables)
        for (name, value) in values { secretValues.add(value, named: "'\(name)'") }
        let (redactor, secretWarnings) = secretValues.redactor()
        do {
            let needs = EnvironmentRequirements(request, environment.variables, root: closed.root)
            let execution = try await provisioning { try await closed.open(needs, in: directory) }
            do {
                var setup = try await BuildSetup(
                    request,
                    environment,
                    redactor,
                    execution,
                    directory
                )
                setup.warnings = setup.environment.warnings + secretWarnings + setup.warnings
                return setup
            } catch {
                await execution.close()
                throw error
            }
        } catch let error as SetupError {
            throw redactor.redacting(error)
        }
    }

    /// Makes an error of the place one of the phase in which CodeBuild gets its own.
    private static func provisioning<Value>(
        _ work: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await work()
        } catch var error as SetupError {
            error.phase = .provisioning
            throw error
        }
    }

    /// Settles what the place has a say in.
    private init(
        _ request: BuildRequest,
        _ environment: BuildEnvironment,
        _ redactor: Redactor,
        _ execution: any ExecutionEnvironment,
        _ directory: PrivateDirectory
    ) async throws {
        self.redactor = redactor
        self.execution = execution
        users = await BuildUsers(request.buildspec, request.selectedPhases, in: execution)
        let found = await BuildSetup.shell(request, environment, users, execution)
        guard found.problems.isEmpty || request.isPlan else { throw SetupError(found.problems) }
        shell = found.path
        requiredPaths = BuildUsers.RequiredPaths(
            directory: directory,
            sources: request.sourceDirectory,
            shell: shell
        )
        if users.hasOtherUsers { try directory.allowTraversal() }
        let obstacles = found.problems.isEmpty ? await users.obstacles(requiredPaths) : []
        guard obstacles.isEmpty || request.isPlan else { throw SetupError(obstacles) }

        let source = await SourceVersion.read(in: request.sourceDirectory)
        let project = request.project ?? source.projectName(for: request.sourceDirectory)
        scopes = CacheScopes(
            request.cacheScope,
            reading: request.cacheReadScopes,
            project: request.project,
            source: source,
            directory: request.sourceDirectory,
            change: request.untrustedChange
        )
        notes = execution.notes
        warnings = (found.problems + obstacles).map(BuildSetup.warning)
        if request.isPlan { warnings += users.notes }
        warnings += execution.warnings + BuildSetup.warnings(request.buildspec)
        warnings += await InstalledRuntime.differences(
            request.buildspec.phases[.install]?.runtimeVersions ?? [],
            environment.variables,
            at: execution,
            in: directory.path
        )
        if let problem = source.problem {
            warnings.append("CODEBUILD_RESOLVED_SOURCE_VERSION is not set: \(problem)")
        }
        identity = BuildIdentity(
            project: project,
            number: BuildSetup.number(project, request.stateDirectory, &warnings),
            startTime: BuildSetup.milliseconds(),
            region: BuildEnvironment.region(of: request.hostEnvironment)
        )
        self.environment = environment
        self.environment.add(
            service: BuildEnvironment.serviceVariables(
                identity,
                sourceDirectory: execution.root.string,
                source: source,
                trigger: BuildTrigger(request.hostEnvironment, source),
                initiator: HostUser.name(request.hostEnvironment)
            )
        )
        self.environment.add(service: execution.serviceVariables)
        // Again, because they beat CodeBuild's own: `--env CODEBUILD_WEBHOOK_TRIGGER=pr/1`.
        self.environment.add(overrides: request.overrides)
    }
}

extension BuildSetup {
    /// The interpreter, and all that can be known by now to keep the build from starting.
    private static func shell(
        _ request: BuildRequest,
        _ environment: BuildEnvironment,
        _ users: BuildUsers,
        _ execution: any ExecutionEnvironment
    ) async -> (path: FilePath, problems: [SetupError.Problem]) {
        let shell = await ShellLookup.find(
            request.buildspec.env.shell,
            path: environment.variables["PATH"],
            at: execution
        )
        let problems =
            missingReferences(request) + users.problems + [shell.problem].compactMap { $0 }
        let wanted = request.buildspec.env.shell?.value ?? "/bin/sh"
        return (shell.path ?? FilePath(wanted), problems)
    }

    /// A problem as a plan tells it, which runs nothing.
    private static func warning(_ problem: SetupError.Problem) -> String {
        let place = problem.range.map { " (line \($0.start.line))" } ?? ""
        return "the build would not start: \(problem.message)\(place)"
    }

    /// How many builds a batch has, for the middle of a sentence.
    static func size(of batch: BatchSection) -> String {
        batch.buildCount.map { " of \($0) \($0 == 1 ? "build" : "builds")" } ?? ""
    }

    /// References that nobody can read and that no `--env` answers.
    private static func missingReferences(_ request: BuildRequest) -> [SetupError.Problem] {
        if request.secretResolver != nil { return [] }
        let given = Set(request.overrides.map(\.name))
        let env = request.buildspec.env
        let parameters = env.parameterStore.map {
            ($0, "parameter", SetupError.Problem.parameterCode)
        }
        let secrets = env.secretsManager.map { ($0, "secret", SetupError.Problem.secretCode) }
        return (parameters + secrets)
            .filter { !given.contains($0.0.name) }
            .map { variable, kind, code in
                SetupError.Problem(
                    "'\(variable.name)' needs the \(kind) '\(variable.value.value)', which cannot be "
                        + "read on this machine; give its value with '--env \(variable.name)=VALUE'",
                    at: variable.value.range,
                    statusCode: code
                )
            }
    }

    private static func warnings(_ buildspec: Buildspec) -> [String] {
        var warnings: [String] = []
        if buildspec.phases.values.contains(where: { !$0.runtimeVersions.isEmpty }) {
            warnings.append(
                "Skipping install of runtimes. Runtime version selection is not supported by this "
                    + "build image"
            )
        }
        if let batch = buildspec.batch {
            warnings.append(
                buildspec.hasCommands
                    ? "the batch\(size(of: batch)) is not run; this is a single build of the phases"
                    : "the buildspec has a batch\(size(of: batch)) and no commands of its own; a single"
                        + " build of it does nothing, and 'run' refuses it"
            )
        }
        let idle =
            (buildspec.env.gitCredentialHelper ? ["'git-credential-helper'"] : [])
            + (buildspec.proxy == nil ? [] : ["'proxy'"])
        if !idle.isEmpty {
            let verb = idle.count == 1 ? "has" : "have"
            warnings.append("\(idle.joined(separator: " and ")) \(verb) no effect on this machine")
        }
        return warnings
    }

    private static func number(
        _ project: String,
        _ directory: FilePath,
        _ warnings: inout [String]
    ) -> Int {
        do {
            return try BuildCounter.next(for: project, in: directory)
        } catch {
            warnings.append(
                "the build number is 1 because it cannot be kept in '\(directory)': \(error)"
            )
            return 1
        }
    }

    private static func milliseconds() -> Int64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }
}
