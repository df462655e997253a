internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Runs a build from its first phase to its artifacts and its cache.
///
/// The order is CodeBuild's: environment, restoring the cache, phases, artifacts, saving the cache.
public struct BuildRunner: Sendable {
    private let request: BuildRequest
    private let groups = ProcessGroups()

    /// Creates a runner for one build.
    public init(_ request: BuildRequest) {
        self.request = request
    }

    /// Runs the build.
    ///
    /// When the task is cancelled, the running command's process group gets TERM and, after the grace
    /// period, KILL; no further command runs and the result's state is `stopped`. Processes that
    /// commands left in the background are ended before the artifacts are collected.
    ///
    /// Secrets are masked in all events, but not in the result that is returned. The build's time begins
    /// at once: preparing the execution environment, such as a pull, counts.
    ///
    /// - Returns: The build's result, also for a build that failed, or that timed out before its first
    ///   command.
    /// - Throws: `SetupError` if the build cannot start; nothing has run then.
    public func run(into sink: any EventSink) async throws -> BuildResult {
        let timeout = BuildTimeout(request.timeout)
        try request.checkDirectories()
        try request.checkCommands()
        let obstacle = await ArtifactTarget(request)?.obstacle()
        if let obstacle = obstacle ?? OutputTarget.reportsObstacle(request) {
            throw SetupError(obstacle)
        }
        let directory = try privateDirectory()
        defer { directory.remove() }
        guard let setup = try await prepareSetup(in: directory, within: timeout) else {
            return await reportTimeoutBeforeStart(to: sink)
        }
        return try await setup.whileOpen {
            try await run(setup, in: directory, within: timeout, into: sink)
        }
    }

    /// Kills every process that the build has started, without a grace period; for a second Ctrl-C.
    public func killProcesses() {
        groups.killAll()
    }
}

extension BuildRunner {
    /// Prepares the build's setup; returns `nil` if the build timed out before.
    private func prepareSetup(
        in directory: PrivateDirectory,
        within timeout: BuildTimeout
    ) async throws -> BuildSetup? {
        do {
            return try await withThrowingTaskGroup(of: BuildSetup?.self) { group in
                group.addTask { try await BuildSetup.prepare(request, in: directory) }
                group.addTask {
                    await timeout.waitUntilOver()
                    return nil
                }
                // A task that was cancelled too late still returns a setup, whose environment is open.
                var setup: BuildSetup?
                while setup == nil, let next = try await group.next() {
                    setup = next
                    group.cancelAll()
                }
                return setup
            }
        } catch {
            guard timeout.isOver, !Task.isCancelled else { throw error }
            return nil
        }
    }

    /// Reports that the build timed out before its execution environment was ready.
    private func reportTimeoutBeforeStart(to sink: any EventSink) async -> BuildResult {
        var suspect = "what it waits for"
        if case .container(let options) = request.execution {
            suspect = "whether \(options.engine ?? "the container engine") answers"
        }
        await sink.receive(
            .warning(
                "the build's time of \(request.timeout.inTenths) was up before a command could run;"
                    + " check \(suspect), or pass a longer '--timeout'"
            )
        )
        var result = BuildResult.untouched
        result.state = .timedOut
        result.artifacts = request.buildspec.artifacts == nil ? .notDeclared : .skipped
        result.duration = request.timeout
        await sink.receive(.buildEnded(result))
        return result
    }

    private func run(
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        within timeout: BuildTimeout,
        into sink: any EventSink
    ) async throws -> BuildResult {
        groups.enableGuard(ofBuild: setup.identity.id, in: directory.path)
        defer { groups.dismissGuard() }
        let output = try BuildRunner.create("a pipe") { try OutputMultiplexer() }
        let session = try BuildRunner.create("the build's state") {
            try ShellSession(request, setup, in: directory, output: output, groups: groups)
        }
        let sources = request.sourceDirectory
        var adjusted = request
        adjusted.sourceDirectory = setup.execution.sourceCopy ?? sources
        // Links that exist before the first command are the user's own.
        adjusted.artifacts?.destination.resolve()
        adjusted.reports.destination?.resolve()
        let steps = BuildSteps(
            request: adjusted,
            sources: sources,
            setup: setup,
            session: session,
            output: output,
            groups: groups,
            timeout: timeout
        )
        return await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: BlockingThread("buildspec output")) {
                await output.run(into: sink, hidingBy: setup.redactor)
            }
            let result = await steps.run()
            await output.emit(.buildEnded(result))
            await output.finish()
            return result
        }
    }

    private func privateDirectory() throws -> PrivateDirectory {
        let parent = request.temporaryDirectory
        do {
            return try PrivateDirectory(in: parent)
        } catch {
            throw SetupError(
                "cannot create a private directory in '\(parent)': \(error); set TMPDIR to a "
                    + "directory that you can write to and that has room"
            )
        }
    }

    /// Runs `body`, which creates `object`, and throws its errors as a `SetupError`.
    static func create<Value>(_ object: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw SetupError("cannot create \(object): \(error)")
        }
    }
}
