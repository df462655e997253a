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
    /// What the user should know, one line each.
    var warnings: [String]

    /// Settles it.
    ///
    /// - Throws: `SetupError` with all problems.
    init(_ request: BuildRequest) async throws {
        var environment = BuildEnvironment(host: request.hostEnvironment)
        environment.add(declared: request.buildspec.env.variables)
        let values = try await request.resolvedReferences()
        environment.add(resolved: values)
        environment.add(overrides: request.overrides)
        var secretValues = SecretValues(request, environment: environment.variables)
        for (name, value) in values { secretValues.add(value, named: "'\(name)'") }
        let (redactor, secretWarnings) = secretValues.redactor()
        self.redactor = redactor
        let shell = ShellLookup.find(
            request.buildspec.env.shell,
            path: environment.variables["PATH"]
        )
        users = BuildUsers(request.buildspec)
        let problems =
            BuildSetup.missingReferences(request) + users.problems
            + [shell.problem].compactMap { $0 }
        guard problems.isEmpty, let shell = shell.path else {
            throw redactor.redacting(SetupError(problems))
        }
        self.shell = shell
        let obstacles = await users.obstacles(
            sources: request.sourceDirectory,
            temporary: request.temporaryDirectory,
            shell: shell
        )
        guard obstacles.isEmpty else { throw redactor.redacting(SetupError(obstacles)) }

        let source = await SourceVersion.read(in: request.sourceDirectory)
        let project = request.project ?? source.projectName(for: request.sourceDirectory)
        warnings = BuildSetup.warnings(request.buildspec)
        warnings += await InstalledRuntime.differences(
            request.buildspec.phases[.install]?.runtimeVersions ?? [],
            environment.variables
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
        environment.add(
            service: BuildEnvironment.serviceVariables(
                identity,
                sourceDirectory: request.sourceDirectory.string,
                source: source,
                initiator: HostUser.name(request.hostEnvironment)
            )
        )
        // Again, because they beat CodeBuild's own: `--env CODEBUILD_WEBHOOK_TRIGGER=pr/1`.
        environment.add(overrides: request.overrides)
        warnings = environment.warnings + secretWarnings + warnings
        self.environment = environment
    }
}

extension BuildSetup {
    /// References that nobody can read and that no `--env` answers.
    private static func missingReferences(_ request: BuildRequest) -> [SetupError.Problem] {
        if request.secretResolver != nil { return [] }
        let given = Set(request.overrides.map(\.name))
        let env = request.buildspec.env
        let parameters = env.parameterStore.map { ($0, "parameter") }
        let secrets = env.secretsManager.map { ($0, "secret") }
        return (parameters + secrets)
            .filter { !given.contains($0.0.name) }
            .map { variable, kind in
                SetupError.Problem(
                    "'\(variable.name)' needs the \(kind) '\(variable.value.value)', which cannot be "
                        + "read on this machine; give its value with '--env \(variable.name)=VALUE'",
                    at: variable.value.range
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
        let idle =
            (buildspec.env.gitCredentialHelper ? ["'git-credential-helper'"] : [])
            + (buildspec.proxy == nil ? [] : ["'proxy'"])
        if !idle.isEmpty {
            let verb = idle.count == 1 ? "has" : "have"
            warnings.append("\(idle.joined(separator: " and ")) \(verb) no effect on this machine")
        }
        for name in PhaseName.allCases {
            if case .retry(_, let pattern) = buildspec.phases[name]?.onFailure,
                !RetryPattern.isValid(pattern)
            {
                warnings.append(
                    "on-failure of '\(name.rawValue)': '\(pattern)' is not a regular expression; "
                        + "the phase will not be retried"
                )
            }
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
