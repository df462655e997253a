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
        report(
            .noPhases,
            "there are no phases, so no command runs",
            at: top.pair("phases")?.keyRange ?? SourceRange(at: root.range.start),
            codeBuild: "accepts it, runs nothing and reports success"
        )
    }

    /// Reports an unknown phase as an error, because its commands would not run.
    private mutating func reportUnknownPhase(_ pair: Mapping.Pair) {
        let phases = KeyTable.phasesShape
        let message: String
        switch suggestion(for: pair, in: phases, at: "phases") {
        case .recased(let name), .misspelt(let name):
            message = "unknown phase '\(pair.name.clipped)'; did you mean '\(name)'?"
        case .misplaced(let path):
            let hint = moveHint(for: pair.name, to: path, from: "phases")
            message = "'\(pair.name.clipped)' is not a phase; \(hint)"
        case nil:
            let known = phases.rows.map(\.name).listed
            message = "unknown phase '\(pair.name.clipped)'; the phases are \(known)"
        }
        report(
            .unknownPhase,
            message,
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
        let hint = "; write 'commands:' under '\(name.rawValue):'"
        let shape = name == .install ? KeyTable.installShape : KeyTable.phaseShape
        guard let phase = section(pair, keyPath, shape, hint: hint) else { return Phase() }
        if phase["commands"] == nil, phase["finally"] == nil, phase["runtime-versions"] == nil {
            let message = "'\(keyPath)' has no 'commands', so it does nothing"
            report(.phaseWithoutCommands, message, at: pair.keyRange)
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

    /// Reads `on-failure`, in any case, because the guide writes `RETRY` and `Retry`.
    ///
    /// Source: CodeBuild guide, build-spec-ref: phases/on-failure.
    private mutating func readOnFailure(_ node: Node?, _ keyPath: String) -> OnFailure? {
        guard let value = text(node, keyPath) else { return nil }
        switch value.value.lowercased() {
        case "abort": return .abort
        case "continue": return .continue
        case let word where word == "retry" || word.hasPrefix("retry-"):
            return retry(value.value.dropFirst(5), at: value.range)
        default:
            reportOnFailure(value, keyPath)
            return nil
        }
    }

    private mutating func reportOnFailure(_ value: Located<String>, _ keyPath: String) {
        let isTemplate = value.value.contains("|")
        let keywords = ["ABORT", "CONTINUE", "RETRY"]
        let remedy =
            Suggestion.nearest(to: value.value, in: keywords).map { "did you mean '\($0)'?" }
            ?? "write ABORT, CONTINUE, or RETRY with '-<count>' and '-<regex>' if wanted"
        report(
            isTemplate ? .templateText : .badValue,
            "'\(value.value.clipped)' is not a value of '\(keyPath)'; \(remedy)",
            at: value.range,
            severity: isTemplate ? .warning : unknownSeverity,
            codeBuild: "not known"
        )
    }

    /// Parses the text after `RETRY`: `-<count>` before the end or a `-`, and the expression.
    private mutating func retry(_ rest: Substring, at range: SourceRange) -> OnFailure {
        let parameters = rest.dropFirst()
        let digits = parameters.prefix { $0.isASCII && $0.isNumber }
        let tail = parameters.dropFirst(digits.count)
        guard !digits.isEmpty, tail.isEmpty || tail.first == "-" else {
            return .retry(count: 3, pattern: pattern(parameters, at: range))
        }
        let count = Int(digits) ?? .max
        if count > 100 {
            report(.badValue, "a build is tried again at most 100 times, not \(digits)", at: range)
        }
        return .retry(count: min(count, 100), pattern: pattern(tail.dropFirst(), at: range))
    }

    private mutating func pattern(_ text: Substring, at range: SourceRange) -> String {
        guard !text.isEmpty else { return ".*" }
        do throws(RetryPattern.Problem) {
            _ = try RetryPattern(String(text))
        } catch {
            report(
                .badValue,
                "'\(String(text).clipped)' is not a regular expression: \(error.reason), at its "
                    + "character \(error.column)",
                at: range
            )
        }
        return String(text)
    }
}
