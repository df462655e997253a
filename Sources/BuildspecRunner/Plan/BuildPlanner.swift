internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

extension BuildRunner {
    /// Plans a build without running its commands.
    ///
    /// To evaluate keys runs the shell on their text, with the commands that they have in `$(…)`. So the
    /// caller must ask for it.
    ///
    /// - Throws: `SetupError` if the build could not start for another reason than a missing secret.
    public static func plan(
        _ request: BuildRequest,
        evaluatingKeys: Bool
    ) async throws -> BuildPlan {
        // The evaluation of keys needs a working shell.
        try await request.withPlannedSetup(isPlan: !evaluatingKeys) { setup, directory in
            try await BuildPlanner(request: request)
                .plan(setup, in: directory, evaluatingKeys: evaluatingKeys)
        }
    }
}

/// A builder of plans.
private struct BuildPlanner {
    let request: BuildRequest

    func plan(
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        evaluatingKeys: Bool
    ) async throws -> BuildPlan {
        var warnings = setup.warnings
        var cache = request.buildspec.cache.map { plan($0, setup.environment, &warnings) }
        if evaluatingKeys, cache?.section.key != nil {
            cache?.evaluatedKeys = try await evaluatedKeys(setup, directory, &warnings)
        }
        return BuildPlan(
            project: setup.identity.project,
            sourceDirectory: request.sourceDirectory,
            shell: setup.shell,
            phases: PhaseName.allCases.map { name in
                BuildPlan.PlannedPhase(
                    name: name,
                    phase: request.buildspec.phases[name] ?? Phase(),
                    isSelected: request.selectedPhases?.contains(name) ?? true
                )
            },
            variables: variables,
            cache: cache,
            warnings: warnings
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

    private func plan(
        _ section: CacheSection,
        _ environment: BuildEnvironment,
        _ warnings: inout [String]
    ) -> BuildPlan.Cache {
        let root = Machine.resolved(PathBytes(request.sourceDirectory.string))
        let directory = try? DirectoryHandle.open(root)
        let paths = section.paths.map { path in
            CachePath(path.value, root: request.sourceDirectory) { environment.variables[$0] }
        }
        func set(_ paths: [CachePath]) -> PathSet {
            let patterns = paths.flatMap { FilePattern.parse($0.text) }
            return PathSet(patterns.map { $0.resolved(at: root).declaration }, root: root)
        }
        let whole = set(paths.filter { $0.obstacle == nil })
        let planned = paths.map { path in
            let isExpanded = path.obstacle == nil || path.isRoot
            let walk = directory.flatMap { isExpanded ? try? TreeWalk(set([path]), root: $0) : nil }
            let obstacles = walk?.obstacles(in: whole, root: root, top: PathBytes("/")) ?? []
            for note in obstacles.map(\.note) + (walk?.notes ?? [])
            where !warnings.contains("cache: \(note)") {
                warnings.append("cache: \(note)")
            }
            return BuildPlan.CachePath(
                declared: path.declared,
                expanded: isExpanded ? path.text : nil,
                obstacle: path.obstacle,
                matchCount: walk?.entries.count ?? 0
            )
        }
        return BuildPlan.Cache(section: section, paths: planned)
    }

    private func evaluatedKeys(
        _ setup: BuildSetup,
        _ directory: PrivateDirectory,
        _ warnings: inout [String]
    ) async throws -> [String] {
        guard let section = request.buildspec.cache, let key = section.key else { return [] }
        let texts = [key.value] + section.fallbackKeys.map(\.value)
        let evaluated = try await request.withShell(setup, in: directory) { session, _ in
            try? await session.evaluateKeys(texts)
        }
        let keys = evaluated ?? texts.map { EvaluatedKey(declared: $0) }
        let notes = keys.enumerated().map { index, key in
            // Validation reports the fallback keys that are written empty.
            guard index == 0 else {
                return key.declared.isBlank ? nil : key.note("cache fallback key")
            }
            return key.problem.map { "cache not used: the cache key '\(key.declared)' \($0)" }
                ?? key.note("cache key")
        }
        warnings += notes.compactMap(\.self).map(hidingSecrets)
        return keys.map { key in
            hidingSecrets(key.problem.map { "(skipped, it \($0))" } ?? key.value ?? "")
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

extension BuildPlan.Variable.Origin {
    /// Whether values of this origin are secret.
    public var isHidden: Bool { self == .parameterStore || self == .secretsManager }
}
