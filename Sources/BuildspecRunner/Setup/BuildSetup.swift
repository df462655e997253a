internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// The values that are determined before the first command: identity, environment, shell and users.
///
/// CodeBuild does this in DOWNLOAD_SOURCE. After a problem in the setup no command runs.
struct BuildSetup: Sendable {
    var identity: BuildIdentity
    /// The first environment, without the directory of the helper commands.
    var environment: BuildEnvironment
    /// The interpreter.
    var shell: FilePath
    var redactor: Redactor
    var users: BuildUsers
    /// The paths that a user must reach who is created by the build itself.
    var requiredPaths: BuildUsers.RequiredPaths
    /// The warnings for the user, one line each.
    var warnings: [String]
    /// The notes for the log, one line each.
    var notes: [String]
    var scopes: CacheScopes
    /// The open execution environment; the caller of `prepare` closes it, by `whileOpen`.
    var execution: any ExecutionEnvironment

    /// Opens the execution environment and determines the values of a build.
    ///
    /// - Throws: `SetupError` with all problems; then no execution environment is open.
    static func prepare(
        _ request: BuildRequest,
        in directory: PrivateDirectory
    ) async throws -> BuildSetup {
        let spec = try await provisioning { try await request.environmentSpec() }
        var environment = BuildEnvironment(host: spec.environment)
        environment.add(declared: request.buildspec.env.variables)
        let values = try await request.resolvedReferences()
        environment.add(resolved: values)
        environment.add(overrides: request.overrides)
        var secretValues = SecretValues(request, environment: environment.variables)
        for (name, value) in values { secretValues.add(value, named: "'\(name)'") }
        let (redactor, secretWarnings) = secretValues.redactor()
        do {
            let requirements = EnvironmentRequirements(
                request,
                environment.variables,
                root: spec.root
            )
            let execution = try await provisioning {
                try await spec.open(requirements, in: directory)
            }
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

    /// Runs `work` on the execution environment, and makes its errors those of CodeBuild's phase
    /// PROVISIONING.
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

    /// Runs `body`, then closes the execution environment.
    func whileOpen<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            await execution.close()
            return value
        } catch {
            await execution.close()
            throw error
        }
    }

    /// Determines the values that depend on the execution environment.
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
        var problems = BuildSetup.missingReferences(request) + users.problems
        let found = await ShellLookup.find(request.buildspec.env.shell, environment, in: execution)
        if let problem = found.problem { problems.append(problem) }
        guard problems.isEmpty || request.isPlan else { throw SetupError(problems) }
        shell = found.path
        requiredPaths = BuildUsers.RequiredPaths(
            directory: directory,
            sources: request.sourceDirectory,
            shell: shell
        )
        if users.hasOtherUsers { try directory.allowTraversal() }
        let obstacles = problems.isEmpty ? await users.obstacles(requiredPaths) : []
        guard obstacles.isEmpty || request.isPlan else { throw SetupError(obstacles) }

        let source = await SourceVersion.read(in: request.sourceDirectory)
        let project = request.project ?? source.projectName(for: request.sourceDirectory)
        scopes = CacheScopes(
            request.cacheScope,
            reading: request.cacheReadScopes,
            project: request.project,
            source: source,
            directory: request.sourceDirectory,
            change: request.untrustedChange,
            isReadOnly: request.cache?.isReadOnly == true
        )
        notes = execution.notes
        warnings = (problems + obstacles).map(BuildSetup.warning)
        if request.isPlan { warnings += users.notes }
        warnings += execution.warnings + BuildSetup.warnings(request.buildspec)
        warnings += await InstalledRuntime.differences(
            request.buildspec.phases[.install]?.runtimeVersions ?? [],
            environment.variables,
            in: execution,
            startingIn: directory.path
        )
        if let problem = source.problem {
            warnings.append("CODEBUILD_RESOLVED_SOURCE_VERSION is not set: \(problem)")
        }
        let now = FileTime.now()
        identity = BuildIdentity(
            project: project,
            number: BuildSetup.nextNumber(project, request.stateDirectory, &warnings),
            startTime: now.seconds * 1_000 + Int64(now.nanoseconds) / 1_000_000,
            region: BuildEnvironment.region(of: request.hostEnvironment)
        )
        self.environment = environment
        self.environment.add(
            service: BuildEnvironment.serviceVariables(
                identity,
                sourceDirectory: execution.root.string,
                source: source,
                trigger: BuildSetup.trigger(request, source),
                initiator: HostUser.name(request.hostEnvironment)
            )
        )
        self.environment.add(service: execution.serviceVariables)
        // Again, because an override replaces a variable of CodeBuild too:
        // `--env CODEBUILD_WEBHOOK_TRIGGER=pr/1`.
        self.environment.add(overrides: request.overrides)
    }
}

extension BuildSetup {
    /// Returns the trigger of a build: the one of `--env`, else what the CI system reports, else git's.
    private static func trigger(_ request: BuildRequest, _ source: SourceVersion) -> BuildTrigger {
        let given = request.overrides.last { $0.name == "CODEBUILD_WEBHOOK_TRIGGER" }
        return given.map { BuildTrigger(text: $0.value) }
            ?? BuildTrigger(request.hostEnvironment, source, change: request.untrustedChange)
    }

    private static func warning(_ problem: SetupError.Problem) -> String {
        let location = problem.range.map { " (line \($0.start.line))" } ?? ""
        return "the build would not start: \(problem.message)\(location)"
    }

    /// Returns the number of builds of a batch, for the middle of a sentence.
    static func size(of batch: BatchSection) -> String {
        batch.buildCount.map { " of \($0) \($0 == 1 ? "build" : "builds")" } ?? ""
    }

    /// Returns the problems of references without a resolver and without a value from `--env`.
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
        let unused =
            (buildspec.env.gitCredentialHelper ? ["'git-credential-helper'"] : [])
            + (buildspec.proxy == nil ? [] : ["'proxy'"])
        if !unused.isEmpty {
            let names = unused.joined(separator: " and ")
            let verb = unused.count == 1 ? "has" : "have"
            warnings.append("\(names) \(verb) no effect on this machine")
        }
        return warnings
    }

    private static func nextNumber(
        _ project: String,
        _ directory: FilePath,
        _ warnings: inout [String]
    ) -> Int {
        do {
            return try BuildCounter.next(for: project, in: directory)
        } catch {
            warnings.append(
                "cannot count builds in '\(directory)': \(error); the build number is 1"
            )
            return 1
        }
    }
}
