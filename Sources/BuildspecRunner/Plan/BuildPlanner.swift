internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

extension BuildRunner {
    /// Plans a build without running its commands.
    ///
    /// To evaluate keys runs the shell on their text, with the commands that they have in `$(…)`. So the
    /// caller must ask for it.
    ///
    /// - Parameters:
    ///   - request: The build.
    ///   - evaluatingKeys: Whether to evaluate the cache keys.
    /// - Returns: The plan.
    /// - Throws: `SetupError` if the build could not start for another reason than a missing secret.
    public static func plan(
        _ request: BuildRequest,
        evaluatingKeys: Bool
    ) async throws -> BuildPlan {
        try await BuildPlanner(request: request).plan(evaluatingKeys: evaluatingKeys)
    }
}

/// A builder of plans.
private struct BuildPlanner {
    let request: BuildRequest

    func plan(evaluatingKeys: Bool) async throws -> BuildPlan {
        try request.checkDirectories()
        let directory = try BuildRunner.create("a private directory") {
            try PrivateDirectory(in: request.temporaryDirectory)
        }
        defer { directory.remove() }
        var planned = request.forPlanning(stateDirectory: directory.path)
        // The evaluation of keys needs a working shell.
        planned.isPlan = !evaluatingKeys
        let setup = try await BuildSetup.prepare(planned, in: directory)
        do {
            let plan = try await plan(setup, in: directory, evaluatingKeys: evaluatingKeys)
            await setup.execution.close()
            return plan
        } catch {
            await setup.execution.close()
            throw error
        }
    }

    private func plan(
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        evaluatingKeys: Bool
    ) async throws -> BuildPlan {
        var cache = request.buildspec.cache.map { plan($0, setup.environment) }
        if evaluatingKeys, cache?.section.key != nil {
            cache?.evaluatedKeys = try await evaluatedKeys(setup, directory)
        }
        return BuildPlan(
            project: setup.identity.project,
            sourceDirectory: request.sourceDirectory,
            shell: setup.shell,
            phases: PhaseName.allCases.map(plan),
            variables: variables,
            cache: cache,
            warnings: setup.warnings
        )
    }

    private func plan(_ name: PhaseName) -> BuildPlan.PlannedPhase {
        BuildPlan.PlannedPhase(
            name: name,
            phase: request.buildspec.phases[name] ?? Phase(),
            isSelected: request.selectedPhases?.contains(name) ?? true
        )
    }

    /// The variables, sorted by name; an override takes precedence over the buildspec.
    private var variables: [BuildPlan.Variable] {
        let env = request.buildspec.env
        let layers: [(BuildPlan.Variable.Origin, [EnvVariable])] = [
            (.buildspec, env.variables), (.parameterStore, env.parameterStore),
            (.secretsManager, env.secretsManager),
        ]
        var found: [String: BuildPlan.Variable] = [:]
        for (origin, list) in layers {
            for variable in list {
                found[variable.name] = BuildPlan.Variable(
                    name: variable.name,
                    origin: origin,
                    text: variable.value.value
                )
            }
        }
        for override in request.overrides {
            // A secret is never shown, even if an override gives its value.
            let isSecret = found[override.name].map { $0.origin.isHidden } ?? false
            guard !isSecret else { continue }
            found[override.name] = BuildPlan.Variable(
                name: override.name,
                origin: .start,
                text: override.value
            )
        }
        return found.values.sorted { $0.name < $1.name }
    }

    private func plan(_ section: CacheSection, _ environment: BuildEnvironment) -> BuildPlan.Cache {
        let paths = section.paths.map { path in
            let cachePath = CachePath(path.value, root: request.sourceDirectory) {
                environment.variables[$0]
            }
            let expanded =
                cachePath.obstacle == nil || cachePath.isRoot ? cachePath.text : nil
            return BuildPlan.CachePath(
                declared: path.value,
                expanded: expanded,
                obstacle: cachePath.obstacle,
                matchCount: expanded.map(matchCount) ?? 0
            )
        }
        return BuildPlan.Cache(section: section, paths: paths)
    }

    private func matchCount(of path: String) -> Int {
        let root = PathBytes(request.sourceDirectory.string)
        guard let directory = try? DirectoryHandle.open(root),
            let walk = try? TreeWalk(PathSet([path], root: root), root: directory)
        else { return 0 }
        return walk.entries.count
    }

    private func evaluatedKeys(
        _ setup: BuildSetup,
        _ directory: PrivateDirectory
    ) async throws -> [String] {
        guard let section = request.buildspec.cache, let key = section.key else { return [] }
        let output = try BuildRunner.create("a pipe") { try OutputMultiplexer() }
        let session = try BuildRunner.create("the build's state") {
            try ShellSession(request, setup, in: directory, output: output, groups: ProcessGroups())
        }
        let texts = [key.value] + section.fallbackKeys.map(\.value)
        let values = await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: BlockingThread("buildspec output")) {
                await output.run(into: NullSink(), hidingBy: setup.redactor)
            }
            let values = try? await session.evaluateKeys(texts)
            await output.finish()
            return values
        }
        if let problem = values == nil ? "cannot be evaluated" : values?.first?.problem {
            throw SetupError([
                SetupError.Problem(
                    hidingSecrets("the cache key '\(key.value)' \(problem)"),
                    at: key.range
                )
            ])
        }
        return (values ?? []).map { value in
            hidingSecrets(value.problem.map { "(skipped, it \($0))" } ?? value.value ?? "")
        }
    }

    /// Masks secrets whose values are overrides.
    private func hidingSecrets(_ text: String) -> String {
        let env = request.buildspec.env
        let names = Set((env.parameterStore + env.secretsManager).map(\.name))
        return request.overrides.filter { names.contains($0.name) && !$0.value.isEmpty }
            .reduce(text) { $0.replacing($1.value, with: "***") }
    }
}

/// An event sink that discards the standard error of keys.
struct NullSink: EventSink {
    func receive(_ event: RunEvent) async {}
}

extension BuildPlan.Variable.Origin {
    /// Whether values of this origin are secret.
    public var isHidden: Bool { self == .parameterStore || self == .secretsManager }
}

extension BuildRequest {
    /// Returns this request with another state directory and empty secrets, so that a plan changes no
    /// build number and reads no secret.
    func forPlanning(stateDirectory: FilePath) -> BuildRequest {
        var request = self
        request.stateDirectory = stateDirectory
        let given = Set(overrides.map(\.name))
        let secrets = buildspec.env.parameterStore + buildspec.env.secretsManager
        request.overrides += secrets.map(\.name).filter { !given.contains($0) }
            .map { Override(name: $0, value: "") }
        return request
    }
}
