internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// A plan as one JSON object, without the values of secrets.
///
/// New keys can be added. While `version` is 1, no key changes its meaning.
enum PlanJSON {
    static func print(_ plan: BuildPlan, _ buildspec: Buildspec) -> String {
        var members: [(String, JSONText)] = [
            ("version", .number("1")),
            ("project", .string(plan.project)),
            ("source", .string(plan.sourceDirectory.string)),
            ("shell", .string(plan.shell.string)),
            ("variables", .array(plan.variables.map(object))),
            ("phases", .array(plan.phases.map(object))),
        ]
        if let cache = plan.cache { members.append(("cache", object(cache))) }
        if let batch = buildspec.batch {
            var object: [(String, JSONText)] = [
                ("buildspecs", .array(batch.buildspecs.map { .string($0.value) }))
            ]
            if let count = batch.buildCount {
                object.insert(("builds", .number("\(count)")), at: 0)
            }
            members.append(("batch", .object(object)))
        }
        if let artifacts = buildspec.artifacts {
            let secondary = artifacts.secondary.map { object($0.set, name: $0.identifier) }
            members.append(
                ("artifacts", .array([object(artifacts.primary, name: nil)] + secondary))
            )
        }
        members.append(("reports", .array(buildspec.reports.map(object))))
        members.append(("warnings", .array(plan.warnings.map(JSONText.string))))
        return JSONText.object(members).pretty + "\n"
    }

    private static func object(_ variable: BuildPlan.Variable) -> JSONText {
        .object([
            ("name", .string(variable.name)),
            ("origin", .string(variable.origin.rawValue)),
            (variable.origin.isHidden ? "reference" : "value", .string(variable.text)),
        ])
    }

    private static func object(_ planned: BuildPlan.PlannedPhase) -> JSONText {
        let phase = planned.phase
        var members: [(String, JSONText)] = [
            ("name", .string(planned.name.rawValue)),
            ("runs", .bool(planned.isSelected)),
            ("commands", texts(phase.commands)),
            ("finally", texts(phase.finally)),
        ]
        if let user = phase.runAs { members.append(("runAs", .string(user.value))) }
        if let onFailure = phase.onFailure { members.append(("onFailure", object(onFailure))) }
        let runtimes = phase.runtimeVersions.map { ($0.name, JSONText.string($0.version.value)) }
        if !runtimes.isEmpty { members.append(("runtimeVersions", .object(runtimes))) }
        return .object(members)
    }

    private static func object(_ onFailure: OnFailure) -> JSONText {
        switch onFailure {
        case .abort: .object([("action", .string("abort"))])
        case .continue: .object([("action", .string("continue"))])
        case .retry(let count, let pattern):
            .object([
                ("action", .string("retry")), ("count", .number("\(count)")),
                ("pattern", .string(pattern)),
            ])
        }
    }

    private static func object(_ cache: BuildPlan.Cache) -> JSONText {
        var members: [(String, JSONText)] = [("paths", .array(cache.paths.map(object)))]
        if let key = cache.section.key { members.append(("key", .string(key.value))) }
        members.append(("fallbackKeys", texts(cache.section.fallbackKeys)))
        if let keys = cache.evaluatedKeys {
            members.append(("evaluatedKeys", .array(keys.map(JSONText.string))))
        }
        if let action = cache.section.action {
            members.append(("action", .string(action.rawValue)))
        }
        return .object(members)
    }

    private static func object(_ path: BuildPlan.CachePath) -> JSONText {
        .object([
            ("declared", .string(path.declared)),
            ("expanded", path.expanded.map(JSONText.string) ?? .null),
            ("entries", .number("\(path.matchCount)")),
        ])
    }

    private static func object(_ set: ArtifactSet, name: String?) -> JSONText {
        var members: [(String, JSONText)] = [
            ("identifier", name.map(JSONText.string) ?? .null), ("files", texts(set.files)),
            ("excludePaths", texts(set.excludePaths)), ("discardPaths", .bool(set.discardPaths)),
        ]
        if let base = set.baseDirectory { members.append(("baseDirectory", .string(base.value))) }
        if let name = set.name { members.append(("name", .string(name.value))) }
        return .object(members)
    }

    private static func object(_ group: ReportGroup) -> JSONText {
        .object([
            ("group", .string(group.name.value)), ("files", texts(group.files)),
            ("format", .string(group.fileFormat?.value ?? "JUNITXML")),
        ])
    }

    private static func texts(_ list: [Located<String>]) -> JSONText {
        .array(list.map { .string($0.value) })
    }
}
