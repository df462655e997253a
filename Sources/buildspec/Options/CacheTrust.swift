internal import BuildspecCache

/// What the options make of a cache: whose entries it accepts, who signs, and whether it writes.
struct CacheTrust {
    private var policy: CachePolicy?
    private var key: SigningKey?
    private var isReadOnly = false

    /// A cache as it is.
    init() {}

    /// Takes policy and key as they were read, and the mode.
    ///
    /// - Throws: a usage error when the mode's variable is neither on nor off.
    init(
        _ policy: CachePolicy?,
        _ key: SigningKey?,
        _ mode: ReadOnlyOptions,
        _ environment: [String: String]
    ) throws {
        self.policy = policy
        self.key = key
        isReadOnly = try mode.isReadOnly(environment)
    }

    /// The cache with policy, key and mode.
    func applied(to cache: BuildCache) -> BuildCache {
        var cache = cache
        if let policy { cache = cache.trusting(policy) }
        if let key { cache = cache.signing(with: key) }
        return isReadOnly ? cache.readOnly() : cache
    }
}
