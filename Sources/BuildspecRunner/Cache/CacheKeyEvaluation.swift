public import BuildspecCache
internal import BuildspecModel

extension BuildRunner {
    /// What a build would ask its cache for: scope, key, fallback keys and paths, evaluated now.
    ///
    /// No command of the buildspec runs, but the shell evaluates the keys with what they hold in
    /// `$(…)`.
    ///
    /// - Parameter request: the build.
    /// - Returns: the identity; `nil` when the buildspec has no cache.
    /// - Throws: `SetupError` when the build could not start, or its key cannot be evaluated.
    public static func cacheIdentity(of request: BuildRequest) async throws -> CacheIdentity? {
        try request.checkDirectories()
        let directory = try opened("a private directory") {
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
        let output = try opened("a pipe") { try OutputMultiplexer() }
        let session = try opened("the build's state") {
            try ShellSession(request, setup, in: directory, output: output, groups: ProcessGroups())
        }
        let steps = CacheSteps(request: request, setup: setup, session: session, output: output)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: BlockingThread("buildspec output")) {
                await output.run(into: NoSink(), hidingBy: setup.redactor)
            }
            let plan = await steps.plan()
            await output.finish()
            return plan
        }
    }

    private static func opened<Value>(_ what: String, _ open: () throws -> Value) throws -> Value {
        do {
            return try open()
        } catch {
            throw SetupError([SetupError.Problem("cannot create \(what): \(error)")])
        }
    }
}
