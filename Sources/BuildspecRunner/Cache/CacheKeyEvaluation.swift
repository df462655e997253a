public import BuildspecCache
internal import BuildspecModel

extension BuildRunner {
    /// Evaluates the scope, key, fallback keys and paths of the cache entry that a build would restore.
    ///
    /// No command of the buildspec runs. The shell evaluates the keys, with the commands that they
    /// have in `$(…)`.
    ///
    /// - Parameter request: The build.
    /// - Returns: The identity of the entry; `nil` if the buildspec has no cache.
    /// - Throws: `SetupError` if the build could not start, or if its key cannot be evaluated.
    public static func cacheIdentity(of request: BuildRequest) async throws -> CacheIdentity? {
        try request.checkDirectories()
        let directory = try create("a private directory") {
            try PrivateDirectory(in: request.temporaryDirectory)
        }
        defer { directory.remove() }
        let setup = try await BuildSetup.prepare(
            request.forPlanning(stateDirectory: directory.path),
            in: directory
        )
        do {
            let plan = try await cachePlan(request, setup, in: directory)
            await setup.execution.close()
            switch plan {
            case .none: return nil
            case .identity(let identity): return identity
            case .unusable(let reason):
                throw SetupError([
                    SetupError.Problem(
                        "the cache cannot be used: \(reason)",
                        at: request.buildspec.cache?.key?.range
                    )
                ])
            }
        } catch {
            await setup.execution.close()
            throw error
        }
    }

    private static func cachePlan(
        _ request: BuildRequest,
        _ setup: BuildSetup,
        in directory: PrivateDirectory
    ) async throws -> CacheSteps.Plan {
        let output = try create("a pipe") { try OutputMultiplexer() }
        let session = try create("the build's state") {
            try ShellSession(request, setup, in: directory, output: output, groups: ProcessGroups())
        }
        let steps = CacheSteps(request: request, setup: setup, session: session, output: output)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: BlockingThread("buildspec output")) {
                await output.run(into: NullSink(), hidingBy: setup.redactor)
            }
            let plan = await steps.plan()
            await output.finish()
            return plan
        }
    }

    /// Runs `body`, which creates `object`, and throws its errors as a `SetupError`.
    static func create<Value>(_ object: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw SetupError([SetupError.Problem("cannot create \(object): \(error)")])
        }
    }
}
