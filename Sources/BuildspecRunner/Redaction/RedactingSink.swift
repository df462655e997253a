internal import BuildspecCache
internal import BuildspecModel
internal import Synchronization
internal import SystemPackage

/// An event sink that masks secrets before events reach another sink: in the stream of the output,
/// and in every text of the other events.
///
/// Bytes that may begin a secret are held back until more output decides, another event comes, or
/// nothing was written for a while.
final class RedactingSink: EventSink {
    private let sink: any EventSink
    private let textRedactor: Redactor
    private let streamRedactor: Mutex<Redactor>

    init(_ sink: any EventSink, redactor: Redactor) {
        self.sink = sink
        textRedactor = redactor
        streamRedactor = Mutex(redactor)
    }

    func receive(_ event: RunEvent) async {
        guard case .output(let bytes) = event else {
            await flush()
            return await sink.receive(event.redacted(by: textRedactor))
        }
        await forward(streamRedactor.withLock { $0.redact(bytes) })
    }

    /// Forwards the bytes that are held back.
    func flush() async {
        await forward(streamRedactor.withLock { $0.flush() })
    }

    private func forward(_ bytes: [UInt8]) async {
        if !bytes.isEmpty { await sink.receive(.output(bytes)) }
    }
}

extension RunEvent {
    /// Returns the event without secrets in its texts; output is returned as it is, because it is a
    /// stream.
    func redacted(by redactor: Redactor) -> RunEvent {
        switch self {
        case .output, .phaseBegan, .phaseSkipped: self
        case .buildBegan(let identity): .buildBegan(redactor.redacting(identity))
        case .cacheRestored(let report): .cacheRestored(redactor.redacting(report))
        case .phaseRetried(let failure, let attempt, let limit):
            .phaseRetried(redactor.redacting(failure), attempt: attempt, of: limit)
        case .commandBegan(let command): .commandBegan(redactor.redacting(command))
        case .commandEnded(let command, let status, let duration):
            .commandEnded(redactor.redacting(command), status: status, duration: duration)
        case .commandStopped(let command, let reason):
            .commandStopped(redactor.redacting(command), reason)
        case .paused(let pause): .paused(redactor.redacting(pause))
        case .resumed(let pause, let duration):
            .resumed(redactor.redacting(pause), after: duration)
        case .phaseEnded(let report): .phaseEnded(redactor.redacting(report))
        case .artifactCollected(let report): .artifactCollected(redactor.redacting(report))
        case .reportRead(let report): .reportRead(redactor.redacting(report))
        case .reportsDiscovered(let discovery):
            .reportsDiscovered(redactor.redacting(discovery))
        case .cacheSaved(let report): .cacheSaved(redactor.redacting(report))
        case .note(let message): .note(redactor.redacting(message))
        case .warning(let message): .warning(redactor.redacting(message))
        case .buildEnded(let result): .buildEnded(redactor.redacting(result))
        }
    }
}

extension Redactor {
    func redacting(_ error: SetupError) -> SetupError {
        var error = error
        for index in error.problems.indices {
            error.problems[index].message = redacting(error.problems[index].message)
        }
        return error
    }

    fileprivate func redacting(_ identity: BuildIdentity) -> BuildIdentity {
        var identity = identity
        identity.project = redacting(identity.project)
        identity.region = identity.region.map(redacting)
        return identity
    }

    fileprivate func redacting(_ command: PhaseCommand) -> PhaseCommand {
        var command = command
        command.text.value = redacting(command.text.value)
        return command
    }

    fileprivate func redacting(_ pause: BuildPause) -> BuildPause {
        var pause = pause
        pause.command = redacting(pause.command)
        return pause
    }

    fileprivate func redacting(_ failure: CommandFailure) -> CommandFailure {
        CommandFailure(command: redacting(failure.command), status: failure.status)
    }

    fileprivate func redacting(_ report: PhaseReport) -> PhaseReport {
        var report = report
        report.failure = report.failure.map(redacting)
        return report
    }

    fileprivate func redacting(_ report: ArtifactReport) -> ArtifactReport {
        var report = report
        report.identifier = report.identifier.map(redacting)
        report.name = report.name.map(redacting)
        report.location = redacting(report.location)
        report.failure = report.failure.map(redacting)
        return report
    }

    fileprivate func redacting(_ report: RestoreReport) -> RestoreReport {
        var report = report
        report.notes = report.notes.map(redacting)
        report.searched = report.searched.map(redacting)
        if let origin = report.origin {
            report.origin?.scope = redacting(origin.scope)
            report.origin?.key = origin.key.map(redacting)
            report.origin?.writer = redacting(origin.writer)
        }
        switch report.outcome {
        case .exact(let key): report.outcome = .exact(key: key.map(redacting))
        case .fallback(let key): report.outcome = .fallback(key: redacting(key))
        case .miss(let reason): report.outcome = .miss(reason: redacting(reason))
        }
        return report
    }

    func redacting(_ identity: CacheIdentity) -> CacheIdentity {
        var identity = identity
        identity.scope = redacting(identity.scope)
        identity.readScopes = identity.readScopes.map(redacting)
        identity.key = identity.key.map(redacting)
        identity.fallbackKeys = identity.fallbackKeys.map(redacting)
        identity.paths = identity.paths.map(redacting)
        identity.inputs = nil
        return identity
    }

    fileprivate func redacting(_ report: SaveReport) -> SaveReport {
        var report = report
        if case .notAllowed(let reason) = report.outcome {
            report.outcome = .notAllowed(redacting(reason))
        }
        report.notes = report.notes.map(redacting)
        return report
    }

    fileprivate func redacting(_ result: BuildResult) -> BuildResult {
        var result = result
        result.phases = result.phases.map(redacting)
        result.cacheFailure = result.cacheFailure.map(redacting)
        result.brokenRules = result.brokenRules.map(redacting)
        if case .read(let groups, let duration) = result.reports {
            result.reports = .read(groups.map(redacting), duration: duration)
        }
        result.exportedVariables = result.exportedVariables.map {
            ExportedVariable(name: $0.name, value: redacting($0.value))
        }
        switch result.restored {
        case .notWanted: break
        case .skipped(let reason): result.restored = .skipped(redacting(reason))
        case .failed(let reason): result.restored = .failed(redacting(reason))
        case .restored(let report): result.restored = .restored(redacting(report))
        }
        switch result.saved {
        case .notWanted: break
        case .skipped(let reason): result.saved = .skipped(redacting(reason))
        case .failed(let reason): result.saved = .failed(redacting(reason))
        case .saved(let report): result.saved = .saved(redacting(report))
        }
        if case .collected(let reports, let duration) = result.artifacts {
            result.artifacts = .collected(reports.map(redacting), duration: duration)
        }
        return result
    }
}
