internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// The options of all cache commands that choose the store.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this store: a directory, or a bucket such as s3://bucket/prefix. (default: "
                + "$BUILDSPEC_CACHE, else the configuration file's, else ~/.cache/buildspec)",
            valueName: "dir"
        )
    )
    var cache: String?

    @Option(
        help: ArgumentHelp(
            "Use this shared store after the local one: a bucket such as s3://bucket/prefix, a "
                + "directory, or 'none'. (default: $BUILDSPEC_REMOTE, else the configuration "
                + "file's, else none)",
            valueName: "dir"
        )
    )
    var remote: String?

    @OptionGroup var newStore: NewStoreOptions

    @OptionGroup var readOnly: ReadOnlyOptions

    @OptionGroup var configOptions: ConfigOptions

    func validate() throws {
        _ = try CacheLocations(cache: cache, remote: remote, configOptions.read(), newStore)
    }

    /// Makes the cache of the stores, with this machine's stat index.
    ///
    /// - Parameters:
    ///   - codec: How new objects are compressed.
    ///   - policy: The policy that entries must satisfy; `nil` accepts all entries.
    ///   - root: The directory that has the policy.
    ///   - signing: The key that signs saved entries; `nil` for commands that save nothing.
    ///   - usesConfiguredRemote: Whether to use a shared store that no option names.
    /// - Returns: The cache, before any store is opened.
    /// - Throws: An error if a location is invalid, or a named policy or key cannot be read.
    func open(
        codec: Codec = .zstd,
        policy: PolicyOptions? = nil,
        root: FilePath = ".",
        signing: SigningOptions? = nil,
        usesConfiguredRemote: Bool = true
    ) throws -> BuildCache {
        let config = try configOptions.read()
        let shared = usesConfiguredRemote ? remote : remote ?? "none"
        let locations = try CacheLocations(cache: cache, remote: shared, config, newStore)
        let cache = locations.open(codec: codec, config)
        let environment = config.environment
        return try CacheTrust(
            policy?.policy(root: root, environment, failing: .cacheFailed),
            signing?.key(environment),
            readOnly,
            environment
        )
        .applied(to: cache)
    }
}

/// The options that make a directory a store, for all commands that have a store.
struct NewStoreOptions: ParsableArguments {
    @Flag(help: "Make a directory with other files a store. The other files stay unchanged.")
    var initStore = false

    @Flag(
        help: """
            Make a new store usable by the group of its directory: the directory of --remote, else the \
            local store. An existing store keeps its modes.
            """
    )
    var sharedStore = false
}
