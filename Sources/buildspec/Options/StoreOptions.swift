internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// The options that choose the stores, for `run` and the cache commands.
///
/// Option groups are not nested, because a debug build of ArgumentParser checks each level again.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this store: a directory, or a bucket such as s3://bucket/prefix; for 'run' also "
                + "'none'. (default: $BUILDSPEC_CACHE, else the configuration file's, else "
                + "~/.cache/buildspec)",
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

    @Flag(help: "Make a directory with other files a store. The other files stay unchanged.")
    var initStore = false

    @Flag(
        help: """
            Make a new store usable by the group of its directory: the directory of --remote, else the \
            local store. An existing store keeps its modes.
            """
    )
    var sharedStore = false

    @Flag(
        help: """
            Restore entries, and save nothing. With a shared store, only the local store is filled \
            from it. (default: $BUILDSPEC_CACHE_READ_ONLY)
            """
    )
    var cacheReadOnly = false

    @Option(
        name: .customLong("endpoint-url"),
        help: ArgumentHelp(
            "Send the requests for buckets to this URL, for a service that is not AWS.",
            valueName: "url"
        )
    )
    var endpointURL: String?

    @Option(
        help: ArgumentHelp(
            "Read stores, limits and options of buckets from this file, or from none with 'none'. "
                + "(default: $BUILDSPEC_CONFIG, else ~/.config/buildspec/config.yml)",
            valueName: "file"
        )
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Stop using a bucket whose service has not answered for this long in total, such as 5s. "
                + "(default: $BUILDSPEC_CACHE_TIMEOUT, else 20s)",
            valueName: "duration"
        )
    )
    var cacheTimeout: String?

    func validate() throws { _ = try isReadOnly(Host.environment().variables) }

    /// Reads the configuration file, once a command.
    func configuration(
        _ environment: [String: String] = Host.environment().variables
    ) throws -> ConfigFile {
        try ConfigFile(config, endpoint: endpointURL, timeout: cacheTimeout, environment)
    }

    /// Makes the cache of the stores, with this machine's stat index, before any store is opened.
    ///
    /// Without `config` it reads the configuration, without `policy` it accepts all entries, and
    /// commands that save nothing need no `signing`. `status` is for a policy that cannot be used.
    func open(
        _ config: ConfigFile? = nil,
        codec: Codec = .zstd,
        policy: PolicyOptions? = nil,
        root: FilePath = ".",
        signing: SigningOptions? = nil,
        usesConfiguredRemote: Bool = true,
        failing status: ExitStatus = .cacheFailed
    ) throws -> BuildCache {
        let config = try config ?? configuration()
        let environment = config.environment
        let shared = usesConfiguredRemote ? remote : remote ?? "none"
        var cache = try CacheLocations(self, remote: shared, config).open(codec: codec, config)
        if let policy = try policy?.policy(root: root, environment, failing: status) {
            cache = cache.trusting(policy)
        }
        if let key = try signing?.key(environment) { cache = cache.signing(with: key) }
        return try isReadOnly(environment) ? cache.readOnly() : cache
    }

    private func isReadOnly(_ environment: [String: String]) throws -> Bool {
        try FlagText.variable("BUILDSPEC_CACHE_READ_ONLY", environment) || cacheReadOnly
    }
}
