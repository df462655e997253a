internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// The members for reports and results, with everything that the summary shows.
extension EventRecord {
    static func members(_ report: PhaseReport) -> Members {
        [name(report.name), ("state", .string(report.state.rawValue)), seconds(report.duration)]
            + failure(report.failure)
    }

    static func members(_ report: RestoreReport) -> Members {
        var members: Members
        switch report.outcome {
        case .miss(let reason): return [("outcome", .string("miss")), ("reason", .string(reason))]
        case .exact(let key):
            members = [("outcome", .string("exact"))]
            if let key { members.append(("key", .string(key))) }
        case .fallback(let key):
            members = [("outcome", .string("fallback")), ("key", .string(key))]
        }
        return members + [
            number("files", report.files), number("filesUnchanged", report.filesUnchanged),
            number("bytes", report.bytes),
        ] + (report.origin.map(TrustText.members) ?? []) + sources(report.retimed)
    }

    private static func sources(_ report: RetimeReport?) -> Members {
        guard let report else { return [] }
        return [
            number("sourcesUnchanged", report.unchanged), number("sourcesChanged", report.changed),
        ]
    }

    static func members(_ report: SaveReport) -> Members {
        switch report.outcome {
        case .alreadyStored: [("outcome", .string("already-stored"))]
        case .notAllowed(let reason):
            [("outcome", .string("not-allowed")), ("reason", .string(reason))]
        case .nothingToSave: [("outcome", .string("nothing-to-save"))]
        case .saved:
            [
                ("outcome", .string("saved")), number("files", report.files),
                number("bytes", report.bytes), number("bytesStored", report.bytesStored),
                number("bytesReused", report.bytesReused),
            ]
        }
    }

    static func members(_ report: ArtifactReport) -> Members {
        var members: Members = []
        if let identifier = report.identifier {
            members.append(("identifier", .string(identifier)))
        }
        if let name = report.name { members.append(("name", .string(name))) }
        if let failure = report.failure { return members + [("failure", .string(failure))] }
        members += [
            ("location", .string(report.location)), number("files", report.files),
            number("bytes", report.bytes),
        ]
        if let checksums = report.checksums {
            members += [("sha256", .string(checksums.sha256)), ("md5", .string(checksums.md5))]
        }
        return members
    }

    static func members(_ result: BuildResult) -> Members {
        var members: Members = [
            ("state", .string(result.state.rawValue)), seconds(result.duration),
            ("phases", .array(result.phases.map { .object(Self.members($0)) })),
        ]
        if let restored = object(result.restored) { members.append(("cacheRestored", restored)) }
        if let saved = object(result.saved) { members.append(("cacheSaved", saved)) }
        if let artifacts = object(result.artifacts) { members.append(("artifacts", artifacts)) }
        if let reports = object(result.reports) { members.append(("reports", reports)) }
        if !result.brokenRules.isEmpty {
            members.append(("brokenRules", .array(result.brokenRules.map { .string($0) })))
        }
        if !result.exportedVariables.isEmpty {
            let list = result.exportedVariables.map {
                JSONText.object([("name", .string($0.name)), ("value", .string($0.value))])
            }
            members.append(("exportedVariables", .array(list)))
        }
        if let complaint = result.cacheWarning {
            members.append(("cacheComplaint", .string(complaint)))
        }
        if let problem = result.cacheFailure { members.append(("cacheFailure", .string(problem))) }
        return members + failure(result.failure)
    }

    private static func failure(_ failure: CommandFailure?) -> Members {
        guard let failure else { return [] }
        let command = failure.command
        let members =
            Self.members(command) + [("command", .string(command.text.value))]
            + position(command.text.range) + [number("status", Int(failure.status))]
        return [("failure", .object(members))]
    }

    private static func object(_ outcome: CacheRestoreOutcome) -> JSONText? {
        switch outcome {
        case .notWanted: nil
        case .skipped(let reason): because("skipped", reason)
        case .failed(let reason): because("failed", reason)
        case .restored(let report): .object(members(report))
        }
    }

    private static func object(_ outcome: CacheSaveOutcome) -> JSONText? {
        switch outcome {
        case .notWanted: nil
        case .skipped(let reason): because("skipped", reason)
        case .failed(let reason): because("failed", reason)
        case .saved(let report): .object(members(report))
        }
    }

    private static func object(_ outcome: ArtifactsOutcome) -> JSONText? {
        switch outcome {
        case .notDeclared: nil
        case .notAsked: because("skipped", "no destination was given")
        case .skipped: because("skipped", "the build ended before the artifacts")
        case .collected(let reports, let duration):
            .object([
                ("outcome", .string(outcome.failure == nil ? "collected" : "failed")),
                seconds(duration), ("list", .array(reports.map { .object(members($0)) })),
            ])
        }
    }

    private static func because(_ outcome: String, _ reason: String) -> JSONText {
        .object([("outcome", .string(outcome)), ("reason", .string(reason))])
    }
}
