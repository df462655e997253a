extension Reader {
    /// Reads `phases`; source: CodeBuild guide, build-spec-ref: phases.
    mutating func readPhases(
        _ top: Mapping,
        _ root: Node,
        hasStrayPhases: Bool
    ) -> [PhaseName: Phase] {
        guard let pair = top.pair("phases"), !pair.value.isNull else {
            if !hasStrayPhases, top["batch"] == nil { reportNoPhases(top, root) }
            return [:]
        }
        guard let names = mapping(pair.value, "phases") else { return [:] }
        var phases: [PhaseName: Phase] = [:]
        var declared: [Located<PhaseName>] = []
        for entry in names.pairs {
            guard let name = PhaseName(rawValue: entry.name) else {
                reportUnknownPhase(entry)
                continue
            }
            declared.append(Located(name, at: entry.keyRange))
            phases[name] = readPhase(name, entry)
        }
        checkOrder(declared)
        return phases
    }

    private mutating func reportNoPhases(_ top: Mapping, _ root: Node) {
        let start = SourceRange(start: root.range.start, end: root.range.start)
        report(
            .noPhases,
            "there are no phases, so no command runs",
            at: top.pair("phases")?.keyRange ?? start,
            codeBuild: "accepts it, runs nothing and reports success"
        )
    }

    /// Reports an unknown phase as an error, because its commands would not run, even if CodeBuild
    /// accepts it.
    private mutating func reportUnknownPhase(_ pair: Mapping.Pair) {
        let phases = KeyTable.phasesShape
        let remedy: String
        var isSection = false
        switch suggestion(for: pair, in: phases, at: "phases") {
        case .recased(let name), .misspelt(let name): remedy = "did you mean '\(name)'?"
        case .misplaced(let path):
            isSection = true
            remedy = moveHint(for: pair.name, to: path, from: "phases")
        case nil: remedy = "the phases are \(phases.rows.map(\.name).listed)"
        }
        report(
            .unknownPhase,
            isSection
                ? "'\(pair.name.clipped)' is not a phase; \(remedy)"
                : "unknown phase '\(pair.name.clipped)'; \(remedy)",
            at: pair.keyRange,
            severity: unknownSeverity,
            codeBuild: "not known: it refuses the file, or ignores the phase and what it does"
        )
    }

    private mutating func checkOrder(_ declared: [Located<PhaseName>]) {
        for (before, after) in zip(declared, declared.dropFirst()) where after.value < before.value
        {
            report(
                .phaseOrder,
                "'\(after.value.rawValue)' comes after '\(before.value.rawValue)' but runs before it",
                at: after.range,
                codeBuild:
                    "runs install, pre_build, build, post_build, whatever their order in the file"
            )
            return
        }
    }

    private mutating func readPhase(_ name: PhaseName, _ pair: Mapping.Pair) -> Phase {
        let keyPath = "phases.\(name.rawValue)"
        reportNull(pair, keyPath)
        let hint = "; write 'commands:' under '\(name.rawValue):'"
        guard let phase = mapping(pair.value, keyPath, hint: hint) else { return Phase() }
        let shape = name == .install ? KeyTable.installShape : KeyTable.phaseShape
        checkKeys(of: phase, shape, in: keyPath)
        if phase["commands"] == nil, phase["finally"] == nil, phase["runtime-versions"] == nil {
            report(
                .phaseWithoutCommands,
                "'\(keyPath)' has no 'commands', so it does nothing",
                at: pair.keyRange
            )
        }
        return Phase(
            commands: readCommands(phase.pair("commands"), "\(keyPath).commands"),
            finally: readCommands(phase.pair("finally"), "\(keyPath).finally"),
            onFailure: readOnFailure(phase["on-failure"], "\(keyPath).on-failure"),
            runAs: text(phase["run-as"], "\(keyPath).run-as"),
            runtimeVersions: name == .install ? readRuntimes(phase.pair("runtime-versions")) : []
        )
    }

    /// Reads `runtime-versions`; a version is the text as written, so that 3.10 is not 3.1.
    private mutating func readRuntimes(_ pair: Mapping.Pair?) -> [RuntimeVersion] {
        guard let pair else { return [] }
        let keyPath = "phases.install.runtime-versions"
        reportNull(pair, keyPath)
        guard let runtimes = mapping(pair.value, keyPath) else { return [] }
        return runtimes.pairs.compactMap { entry in
            if KeyTable.installShape.row(entry.name) != nil {
                report(
                    .wrongType,
                    "'\(entry.name)' is under 'runtime-versions'; indent it less, like"
                        + " 'runtime-versions'",
                    at: entry.keyRange
                )
                return nil
            }
            guard let version = text(entry.value, "\(keyPath).\(entry.name.clipped)") else {
                if entry.value.isNull {
                    report(
                        .wrongType,
                        "the runtime '\(entry.name.clipped)' has no version; write a version or 'latest'",
                        at: entry.keyRange
                    )
                }
                return nil
            }
            return RuntimeVersion(name: entry.name, version: version)
        }
    }
}
