internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Runs a build from its first phase to its artifacts and its cache.
///
/// The order is CodeBuild's: environment, cache restored, phases, artifacts, cache saved.
public struct BuildRunner: Sendable {
    private let request: BuildRequest
    private let groups = ProcessGroups()

    /// Creates a runner for one build.
    public init(_ request: BuildRequest) {
        self.request = request
    }

    /// Runs the build.
    ///
    /// When the task is cancelled the running command's process group gets TERM and, after the grace
    /// period, KILL; no further command runs and the result says `stopped`. Processes that commands
    /// left in the background are ended before the artifacts are collected.
    ///
    /// Secrets are hidden in all events, but not in the result that is returned.
    ///
    /// - Parameter sink: where the events go.
    /// The build's time begins at once: what its place needs to be ready, such as a pull, is part of it.
    ///
    /// - Returns: how it ended; a failed build is a result, not an error, and so is one whose time is
    ///   up before its first command.
    /// - Throws: `SetupError` when it cannot start; nothing has run then.
    public func run(into sink: any EventSink) async throws -> BuildResult {
        let time = BuildTimeout(request.timeout)
        try request.checkDirectories()
        try request.checkCommands()
        if let obstacle = await ArtifactTarget(request)?.obstacle() {
            throw SetupError([SetupError.Problem(obstacle)])
        }
        let directory = try privateDirectory()
        defer { directory.remove() }
        guard let setup = try await settle(in: directory, within: time) else {
            return await endedUnready(into: sink)
        }
        do {
            let result = try await run(setup, in: directory, within: time, into: sink)
            await setup.place.close()
            return result
        } catch {
            await setup.place.close()
            throw error
        }
    }

    /// Kills every process that the build has started, without grace; for a second Ctrl-C.
    public func killProcesses() {
        groups.killAll()
    }
}

extension BuildRunner {
    /// Settles the build.
    ///
    /// - Returns: the setup; `nil` when the build's time was up before.
    /// - Throws: `SetupError`.
    private func settle(
        in directory: PrivateDirectory,
        within time: BuildTimeout
    ) async throws -> BuildSetup? {
        do {
            return try await withThrowingTaskGroup(of: BuildSetup?.self) { group in
                group.addTask { try await BuildSetup.settle(request, in: directory) }
                group.addTask {
                    await time.waitUntilOver()
                    return nil
                }
                // The setup of a task that was cancelled too late has an open place.
                var setup: BuildSetup?
                while setup == nil, let next = try await group.next() {
                    setup = next
                    group.cancelAll()
                }
                return setup
            }
        } catch {
            guard time.isOver, !Task.isCancelled else { throw error }
            return nil
        }
    }

    /// Tells that the build's time was up before its place was ready.
    private func endedUnready(into sink: any EventSink) async -> BuildResult {
        var slow = "what it waits for"
        if case .container(let options) = request.place {
            slow = "whether \(options.engine ?? "the container engine") answers"
        }
        await sink.receive(
            .warning(
                "the build's time of \(request.timeout.inTenths) was up before a command could run;"
                    + " see \(slow), or give it more with '--timeout'"
            )
        )
        let result = BuildResult(
            state: .timedOut,
            phases: [],
            restored: .notWanted,
            saved: .notWanted,
            artifacts: request.buildspec.artifacts == nil ? .notDeclared : .skipped,
            duration: request.timeout
        )
        await sink.receive(.buildEnded(result))
        return result
    }

    private func run(
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        within time: BuildTimeout,
        into sink: any EventSink
    ) async throws -> BuildResult {
        groups.beGuarded(ofBuild: setup.identity.id, in: directory.path)
        defer { groups.dismissGuard() }
        let pump = try opened("a pipe") { try OutputMultiplexer() }
        let session = try opened("the build's state") {
            try ShellSession(request, setup, in: directory, output: pump, groups: groups)
        }
        var reached = request
        reached.sourceDirectory = setup.place.sourceCopy ?? request.sourceDirectory
        // Links that are there before the first command are the user's own.
        reached.artifactsDirectory = request.artifactsDirectory.map { directory in
            FilePath(Machine.settled(PathBytes(directory.string)).text)
        }
        let steps = BuildSteps(
            request: reached,
            sources: request.sourceDirectory,
            setup: setup,
            session: session,
            pump: pump,
            groups: groups,
            time: time
        )
        return await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: BlockingThread("buildspec output")) {
                await pump.run(into: sink, hidingBy: setup.redactor)
            }
            let result = await steps.run()
            await pump.post(.buildEnded(result))
            await pump.finish()
            return result
        }
    }

    private func privateDirectory() throws -> PrivateDirectory {
        let parent = request.temporaryDirectory
        do {
            return try PrivateDirectory(in: parent)
        } catch {
            throw SetupError([
                SetupError.Problem(
                    "cannot create a private directory in '\(parent)': \(error); set TMPDIR to a "
                        + "directory that you can write to and that has room"
                )
            ])
        }
    }

    private func opened<Value>(_ what: String, _ open: () throws -> Value) throws -> Value {
        do {
            return try open()
        } catch {
            throw SetupError([SetupError.Problem("cannot create \(what): \(error)")])
        }
    }
}
