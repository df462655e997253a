internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// A plan as text.
enum PlanText {
    /// Writes a plan with the references of secrets, never with their values.
    static func print(_ plan: BuildPlan, _ buildspec: Buildspec) -> String {
        var lines = [
            "project  \(plan.project)", "source   \(plan.sourceDirectory)",
            "shell    \(plan.shell)",
        ]
        lines += section("environment", environment(plan))
        for phase in plan.phases { lines += section(heading(of: phase), commands(of: phase)) }
        if let cache = plan.cache { lines += section("cache", self.cache(cache)) }
        if let batch = buildspec.batch { lines += section("batch (not run)", self.batch(batch)) }
        lines += section("artifacts", artifacts(buildspec))
        lines += section("reports", buildspec.reports.map(report))
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", title] + lines.map { "  " + $0 }
    }

    private static func environment(_ plan: BuildPlan) -> [String] {
        plan.variables.map { variable in
            variable.origin.isHidden
                ? "\(variable.name)=*** (\(variable.origin.rawValue): \(variable.text.oneLine))"
                : "\(variable.name)=\(variable.text.oneLine)"
        }
    }

    private static func heading(of planned: BuildPlan.PlannedPhase) -> String {
        var notes: [String] = []
        if !planned.isSelected { notes.append("left out") }
        if let user = planned.phase.runAs { notes.append("as \(user.value)") }
        switch planned.phase.onFailure {
        case .abort: notes.append("a failure ends the build")
        case .continue: notes.append("a failure does not end the build")
        case .retry(let count, let pattern):
            notes.append("retried up to \(count) times if the error matches '\(pattern)'")
        case nil: break
        }
        let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
        return "phase \(planned.name.rawValue)\(suffix)"
    }

    private static func commands(of planned: BuildPlan.PlannedPhase) -> [String] {
        let phase = planned.phase
        let runtimes = phase.runtimeVersions.map { "runtime \($0.name) \($0.version.value)" }
        let lines =
            runtimes + phase.commands.flatMap { command($0.value, "$ ") }
            + phase.finally.flatMap { command($0.value, "finally $ ") }
        return lines.isEmpty ? ["nothing to do"] : lines
    }

    private static func command(_ text: String, _ prefix: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let shown = lines.last == "" ? Array(lines.dropLast()) : lines
        let indent = String(repeating: " ", count: prefix.count)
        return (shown.isEmpty ? [""] : shown).enumerated()
            .map { ($0 == 0 ? prefix : indent) + $1.printable }
    }

    private static func cache(_ cache: BuildPlan.Cache) -> [String] {
        var lines: [String] = []
        if let key = cache.section.key {
            let values = cache.evaluatedKeys.map {
                [" = \($0[0])"] + $0.dropFirst().map { " = \($0)" }
            }
            lines.append("key \(key.value)\(values?.first ?? "")")
            for (index, fallback) in cache.section.fallbackKeys.enumerated() {
                lines.append("fallback \(fallback.value)\(values?[index + 1] ?? "")")
            }
        }
        if let action = cache.section.action { lines.append("only \(action.rawValue)") }
        return lines.map(\.printable) + cache.paths.map(path)
    }

    private static func path(_ path: BuildPlan.CachePath) -> String {
        guard let expanded = path.expanded else {
            return "\(path.declared)  left out: \(path.obstacle ?? "")".printable
        }
        let text = expanded == path.declared ? expanded : "\(path.declared) = \(expanded)"
        return "\(text)  \(path.matchCount) \(path.matchCount == 1 ? "entry" : "entries") now"
            .printable
    }

    private static func batch(_ batch: BatchSection) -> [String] {
        switch batch.kind {
        case .list(let builds), .graph(let builds):
            builds.map { build in
                let file = build.buildspec.map { "  \($0.value.oneLine)" } ?? ""
                return "\(build.identifier.value)\(file)".printable
            }
        case .matrix, .fanout, nil:
            [batch.buildCount.map { "\($0) \($0 == 1 ? "build" : "builds")" } ?? "no builds"]
        }
    }

    private static func artifacts(_ buildspec: Buildspec) -> [String] {
        guard let section = buildspec.artifacts else { return [] }
        return set("primary", section.primary)
            + section.secondary.flatMap { set($0.identifier, $0.set) }
    }

    private static func set(_ name: String, _ set: ArtifactSet) -> [String] {
        let base = set.baseDirectory.map { " in \($0.value)" } ?? ""
        let files = set.files.map(\.value).joined(separator: ", ")
        let excluded = set.excludePaths.map(\.value).joined(separator: ", ")
        return [
            ("\(name): \(files)\(base)" + (excluded.isEmpty ? "" : " without \(excluded)")
                + (set.discardPaths ? ", flat" : "")).printable
        ]
    }

    private static func report(_ group: ReportGroup) -> String {
        let files = group.files.map(\.value).joined(separator: ", ")
        return "\(group.name.value): \(files) (\(group.fileFormat?.value ?? "JUNITXML"))".printable
    }
}
