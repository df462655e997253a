public import BuildspecCache
internal import BuildspecModel

extension BuildRunner {
    /// Evaluates the scope, key, fallback keys and paths of the cache entry that a build would restore.
    ///
    /// No command of the buildspec runs. The shell evaluates the keys, with the commands that they
    /// have in `$(…)`. `warn` gets the warnings about keys and paths that a build would give.
    ///
    /// - Returns: The identity of the entry; `nil` if the buildspec has no cache.
    /// - Throws: `SetupError` if the build could not start, or if its key cannot be evaluated.
    public static func cacheIdentity(
        of request: BuildRequest,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> CacheIdentity? {
        let plan = try await request.withPlannedSetup { setup, directory in
            try await request.withShell(setup, in: directory, warn: warn) { session, output in
                await CacheSteps(request: request, setup: setup, session: session, output: output)
                    .plan()
            }
        }
        switch plan {
        case .none: return nil
        case .identity(let identity): return identity
        case .unusable(let reason):
            throw SetupError(
                "the cache cannot be used: \(reason)",
                at: request.buildspec.cache?.key?.range
            )
        }
    }
}
