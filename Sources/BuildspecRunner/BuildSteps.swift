internal import BuildspecModel
internal import SystemPackage

/// The steps of one build, in order.
struct BuildSteps: Sendable {
    let request: BuildRequest
    /// The user's own source root; the request's may be a copy.
    let sources: FilePath
    let setup: BuildSetup
    let session: ShellSession
    let pump: OutputMultiplexer
    let groups: ProcessGroups
    let time: BuildTimeout

    /// Runs all steps, within the build's time.
    func run() async -> BuildResult {
        let start = ContinuousClock.now
        var result =
            await withTaskGroup(of: BuildResult?.self) { group in
                group.addTask {
                    await time.waitUntilOver()
                    return nil
                }
                group.addTask { await steps { time.isOver ? .timedOut : .stopped } }
                var result: BuildResult?
                while result == nil, let next = await group.next() {
                    result = next
                    group.cancelAll()
                }
                return result
            } ?? .nothing
        result.duration = .now - start
        return result
    }

    private func steps(_ stopReason: @escaping @Sendable () -> StopReason) async -> BuildResult {
        var result = BuildResult.nothing
        await pump.post(.buildBegan(setup.identity))
        for note in setup.notes { await pump.post(.note(note)) }
        for warning in setup.warnings { await pump.post(.warning(warning)) }

        let cache = CacheSteps(request: request, setup: setup, session: session, pump: pump)
        let clock = ContinuousClock()
        var times = CacheSteps.Times()
        let plan = await cache.plan()
        times.restoring = await clock.measure { result.restored = await cache.restore(plan) }
        result.cacheFailure = request.strictCache ? result.restored.problem : nil

        await runPhases(&result, stopReason)
        result.exportedVariables = await exportedVariables()
        await endProcesses()

        result.artifacts = await collectArtifacts(result)
        if result.artifacts.failure != nil, result.state == .succeeded { result.state = .failed }

        times.saving = await clock.measure { result.saved = await cache.save(plan, after: result) }
        if request.strictCache, let problem = result.saved.problem {
            result.cacheFailure = result.cacheFailure ?? problem
            if result.state == .succeeded { result.state = .failed }
        }
        if Task.isCancelled { result.state = stopReason() == .stopped ? .stopped : .timedOut }
        result.cacheComplaint = await cache.noted(result, times)
        return result
    }

    private func endProcesses() async {
        func warn() async {
            await pump.post(
                .warning("background processes do not end; waiting before killing them")
            )
        }
        await setup.place.endProcesses(grace: request.gracePeriod, waiting: warn)
        await groups.endAll(
            buildID: setup.identity.id,
            grace: request.gracePeriod,
            waiting: warn
        )
        if let problem = await setup.place.handBack() { await pump.post(.warning(problem)) }
    }

    private func runPhases(
        _ result: inout BuildResult,
        _ stopReason: @escaping @Sendable () -> StopReason
    ) async {
        var selection = request.selectedPhases
        if result.cacheFailure != nil { selection = [] }
        let machine = PhaseMachine(phases: request.buildspec.phases, selection: selection)
        let driver = PhaseDriver(
            session: session,
            users: setup.users,
            reach: setup.reach,
            searchPath: setup.environment.variables["PATH"],
            pump: pump,
            debugger: request.debugging.map {
                Debugger(
                    options: $0,
                    session: session,
                    pump: pump,
                    groups: groups,
                    grace: request.gracePeriod,
                    time: time
                )
            },
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
        for warning in exported.warnings { await pump.post(.warning(warning)) }
        return exported.variables
    }

    private func collectArtifacts(_ result: BuildResult) async -> ArtifactsOutcome {
        guard let section = request.buildspec.artifacts else { return .notDeclared }
        guard let directory = request.artifactsDirectory else { return .notAsked }
        guard result.collectsArtifacts, result.cacheFailure == nil, !Task.isCancelled,
            request.reachesBuild
        else {
            return .skipped
        }
        let clock = ContinuousClock()
        let start = clock.now
        let collector = ArtifactCollector(
            section: section,
            directory: directory,
            root: request.sourceDirectory,
            sources: sources,
            own: request.ownPlaces,
            inputs: request.inputFiles,
            stateDirectory: request.stateDirectory,
            isConfined: setup.users.hasOthers,
            place: setup.place,
            session: session,
            pump: pump
        )
        let reports = await collector.run()
        return .collected(reports, duration: clock.now - start)
    }
}

extension BuildResult {
    /// A build of which nothing has happened.
    fileprivate static let nothing = BuildResult(
        state: .stopped,
        phases: [],
        restored: .notWanted,
        saved: .notWanted,
        artifacts: .notDeclared,
        duration: .zero
    )
}
