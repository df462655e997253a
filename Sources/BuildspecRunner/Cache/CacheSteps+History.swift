internal import BuildspecCache
internal import BuildspecFiles

extension CacheSteps {
    /// The durations of the restore and the save of a build.
    struct Times: Sendable {
        var restoring = Duration.zero
        var saving = Duration.zero
    }

    /// Records the cost and the result of the cache in this build; returns in one line why the cache does
    /// not pay, or `nil`.
    ///
    /// Records only whole builds that succeeded, because others do not show how long a build takes.
    func recordRun(_ result: BuildResult, _ times: Times) async -> String? {
        guard result.state == .succeeded, !request.skipsCommands,
            case .restored(let report) = result.restored
        else { return nil }
        let (outcome, key): (CacheRun.Outcome, String) =
            switch report.outcome {
            case .exact(let key): (.exact, key ?? "")
            case .fallback(let key): (.fallback, key)
            case .miss: (.miss, "")
            }
        let phases = result.phases.reduce(.zero) { $0 + $1.duration }
        var stored: UInt64 = 0
        if case .saved(let report) = result.saved { stored = report.bytesStored }
        let run = CacheRun(
            time: FileTime.now().seconds,
            outcome: outcome,
            restoringMilliseconds: CacheSteps.milliseconds(times.restoring),
            savingMilliseconds: CacheSteps.milliseconds(times.saving),
            phasesMilliseconds: CacheSteps.milliseconds(phases),
            restoredBytes: outcome == .miss ? 0 : report.bytes,
            storedBytes: stored,
            key: setup.redactor.redacting(key)
        )
        return await withTaskExecutorPreference(BlockingExecutor.shared) {
            CacheHistory.add(run, of: setup.identity.project, in: request.stateDirectory).warning
        }
    }

    /// Records the origin of the restored files for an audit.
    func recordRestore(_ report: RestoreReport) async {
        guard var origin = report.origin else { return }
        origin.scope = setup.redactor.redacting(origin.scope)
        origin.key = origin.key.map(setup.redactor.redacting)
        let entry = RestoredEntry(
            time: FileTime.now().seconds,
            build: setup.identity.number,
            origin: origin
        )
        let problem = await withTaskExecutorPreference(BlockingExecutor.shared) {
            RestoreLog.add(entry, of: setup.identity.project, in: request.stateDirectory)
        }
        if let problem { await output.emit(.warning("cache: \(problem)")) }
    }

    /// Records a miss, so that it can be explained later.
    func recordMiss(_ report: RestoreReport) async {
        guard let searched = report.searched else { return }
        let now = FileTime.now().within(9_000_000_000)
        let entry = MissedEntry(
            time: now.seconds * 1_000_000_000 + Int64(now.nanoseconds),
            build: setup.identity.number,
            identity: setup.redactor.redacting(searched)
        )
        await withTaskExecutorPreference(BlockingExecutor.shared) {
            MissLog.add(entry, project: setup.identity.project, in: request.stateDirectory)
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int(duration / .milliseconds(1))
    }
}
