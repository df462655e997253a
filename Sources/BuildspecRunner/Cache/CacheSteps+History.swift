internal import BuildspecCache
internal import BuildspecFiles

extension CacheSteps {
    /// The durations of the restore and the save of a build.
    struct Times: Sendable {
        var restoring = Duration.zero
        var saving = Duration.zero
    }

    /// Records the cost and the result of the cache in this build.
    ///
    /// Records only whole builds that succeeded, because others do not show how long a build takes.
    ///
    /// - Returns: The reason why the cache does not pay, in one line; `nil` if it pays.
    func recordRun(_ result: BuildResult, _ times: Times) async -> String? {
        guard result.state == .succeeded, !request.skipsCommands,
            case .restored(let report) = result.restored
        else { return nil }
        let outcome: CacheRun.Outcome
        var key = ""
        switch report.outcome {
        case .exact(let found):
            outcome = .exact
            key = found ?? ""
        case .fallback(let found):
            outcome = .fallback
            key = found
        case .miss: outcome = .miss
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
        let project = setup.identity.project
        let directory = request.stateDirectory
        return await withTaskExecutorPreference(BlockingExecutor.shared) {
            CacheHistory.add(run, of: project, in: directory).warning
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
        let project = setup.identity.project
        let directory = request.stateDirectory
        let problem = await withTaskExecutorPreference(BlockingExecutor.shared) {
            RestoreLog.add(entry, of: project, in: directory)
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
        let project = setup.identity.project
        let directory = request.stateDirectory
        await withTaskExecutorPreference(BlockingExecutor.shared) {
            MissLog.add(entry, project: project, in: directory)
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int(duration / .milliseconds(1))
    }
}
