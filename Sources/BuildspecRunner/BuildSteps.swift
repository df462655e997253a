internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// The steps of one build, in order.
struct BuildSteps: Sendable {
    let request: BuildRequest
    /// The user's source root; the request's may be a copy of it.
    let sources: FilePath
    let setup: BuildSetup
    let session: ShellSession
    let output: OutputMultiplexer
    let groups: ProcessGroups
    let timeout: BuildTimeout

    /// Runs all steps, within the build's timeout.
    func run() async -> BuildResult {
        let start = ContinuousClock.now
        var result =
            await withTaskGroup(of: BuildResult?.self) { group in
                group.addTask {
                    await timeout.waitUntilOver()
                    return nil
                }
                group.addTask { await steps { timeout.isOver ? .timedOut : .stopped } }
                var result: BuildResult?
                while result == nil, let next = await group.next() {
                    result = next
                    group.cancelAll()
                }
                return result
            } ?? .untouched
        result.duration = .now - start
        return result
    }

    private func steps(_ stopReason: @escaping @Sendable () -> StopReason) async -> BuildResult {
        var result = BuildResult.untouched
        await output.emit(.buildBegan(setup.identity))
        for note in setup.notes { await output.emit(.note(note)) }
        for warning in setup.warnings { await output.emit(.warning(warning)) }

        let cache = CacheSteps(request: request, setup: setup, session: session, output: output)
        let clock = ContinuousClock()
        var times = CacheSteps.Times()
        let plan = await cache.plan()
        times.restoring = await clock.measure { result.restored = await cache.restore(plan) }
        result.cacheFailure = request.strictCache ? result.restored.problem : nil

        await runPhases(&result, cache.handOver(result.restored, of: plan), stopReason)
        result.exportedVariables = await exportedVariables()
        await endProcesses()

        let written: Set<PathBytes>
        (result.artifacts, written) = await collectArtifacts(result)
        result.reports = await readReports(result, besides: written)
        if case .read(let groups, _) = result.reports {
            result.brokenRules = request.reports.rules.compactMap { $0.problem(in: groups) }
        }
        if result.uploadFailure != nil || !result.brokenRules.isEmpty, result.state == .succeeded {
            result.state = .failed
        }

        times.saving = await clock.measure { result.saved = await cache.save(plan, after: result) }
        if request.strictCache, let problem = result.saved.problem {
            result.cacheFailure = result.cacheFailure ?? problem
            if result.state == .succeeded { result.state = .failed }
        }
        if Task.isCancelled { result.state = stopReason() == .stopped ? .stopped : .timedOut }
        result.cacheWarning = await cache.recordRun(result, times)
        return result
    }

    private func endProcesses() async {
        func warn() async {
            await output.emit(
                .warning("background processes do not end; waiting before killing them")
            )
        }
        await setup.execution.endProcesses(grace: request.gracePeriod, waiting: warn)
        await groups.endAll(buildID: setup.identity.id, grace: request.gracePeriod, waiting: warn)
        if let problem = await setup.execution.restoreOwnership() {
            await output.emit(.warning(problem))
        }
    }

    private func runPhases(
        _ result: inout BuildResult,
        _ handOver: @escaping @Sendable (TreeOwner) async -> Void,
        _ stopReason: @escaping @Sendable () -> StopReason
    ) async {
        var selection = request.selectedPhases
        if result.cacheFailure != nil { selection = [] }
        let machine = PhaseMachine(phases: request.buildspec.phases, selection: selection)
        let driver = PhaseDriver(
            session: session,
            users: setup.users,
            requiredPaths: setup.requiredPaths,
            searchPath: setup.environment.variables["PATH"],
            output: output,
            debugger: request.debugging.map {
                Debugger(
                    options: $0,
                    session: session,
                    output: output,
                    groups: groups,
                    grace: request.gracePeriod,
                    timeout: timeout
                )
            },
            handOver: handOver,
            stopReason: stopReason
        )
        let outcome = await driver.run(machine)
        result.phases = outcome.phases
        result.state = result.cacheFailure == nil ? outcome.state : .failed
        result.collectsArtifacts = outcome.collectsArtifacts
    }

    private func exportedVariables() async -> [ExportedVariable] {
        let names = request.buildspec.env.exportedVariables.map(\.value)
        let exported = await ExportedValues(names, of: session)
        for warning in exported.warnings { await output.emit(.warning(warning)) }
        return exported.variables
    }

    /// Collects the artifacts, and returns the paths or addresses of their files.
    private func collectArtifacts(
        _ result: BuildResult
    ) async -> (ArtifactsOutcome, written: Set<PathBytes>) {
        guard let section = request.buildspec.artifacts else { return (.notDeclared, []) }
        guard let options = request.artifacts else { return (.notAsked, []) }
        guard uploads(result) else { return (.skipped, []) }
        let start = ContinuousClock.now
        let collector = ArtifactCollector(
            section: section,
            options: options,
            request: request,
            sources: sources,
            isConfined: setup.users.hasOtherUsers,
            identity: setup.identity,
            session: session,
            output: output
        )
        let (reports, written) = await collector.run()
        return (.collected(reports, duration: .now - start), written)
    }

    private func readReports(
        _ result: BuildResult,
        besides artifacts: Set<PathBytes>
    ) async -> ReportsOutcome {
        guard uploads(result) else { return .skipped }
        let start = ContinuousClock.now
        let collector = ReportCollector(
            request: request,
            sources: sources,
            isConfined: setup.users.hasOtherUsers,
            identity: setup.identity,
            session: session,
            output: output,
            artifacts: artifacts
        )
        return .read(await collector.run(), duration: .now - start)
    }

    /// Whether the build comes to CodeBuild's phase UPLOAD_ARTIFACTS.
    private func uploads(_ result: BuildResult) -> Bool {
        result.collectsArtifacts && result.cacheFailure == nil && !Task.isCancelled
            && request.reachesBuild
    }
}

extension BuildResult {
    /// The result of a build in which nothing has happened yet.
    static let untouched = BuildResult(
        state: .stopped,
        phases: [],
        restored: .notWanted,
        saved: .notWanted,
        artifacts: .notDeclared,
        duration: .zero
    )
}
