internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// What a cache accepts, and whether it writes at all.
struct TrustOptions: ParsableArguments {
    @OptionGroup var policy: PolicyOptions

    @Flag(
        help: """
            Never write to the shared store: restore, and save nothing. (also: \
            $BUILDSPEC_CACHE_READ_ONLY)
            """
    )
    var cacheReadOnly = false

    func validate() throws {
        _ = try FlagText.variable("BUILDSPEC_CACHE_READ_ONLY", Host.environment().variables)
    }

    /// Reads policy and key.
    ///
    /// - Parameters:
    ///   - root: the source root.
    ///   - signing: where the key comes from; `nil` for what saves nothing.
    ///   - environment: the variables that stand for options.
    ///   - status: the exit status for a policy that cannot be used.
    /// - Returns: what to apply to a cache.
    /// - Throws: when something that was asked for cannot be read; the cache must not be used then.
    func trust(
        root: FilePath,
        signing: SigningOptions?,
        _ environment: [String: String],
        failing status: ExitStatus
    ) throws -> CacheTrust {
        let isReadOnly = try FlagText.variable("BUILDSPEC_CACHE_READ_ONLY", environment)
        return CacheTrust(
            policy: try policy.policy(root: root, environment, failing: status),
            key: try signing?.key(environment),
            isReadOnly: cacheReadOnly || isReadOnly
        )
    }
}

/// What the options make of a cache.
struct CacheTrust {
    var policy: CachePolicy?
    var key: SigningKey?
    var isReadOnly = false

    /// The cache with policy, key and mode.
    func applied(to cache: BuildCache) -> BuildCache {
        var cache = cache
        if let policy { cache = cache.trusting(policy) }
        if let key { cache = cache.signing(with: key) }
        return isReadOnly ? cache.readOnly() : cache
    }

    /// What must not be shown.
    var masks: [String] { key.map { [$0.secret] } ?? [] }
}
