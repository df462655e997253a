internal import ArgumentParser

/// Where else a command looks for what its options do not say; what takes a store takes it.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: .customLong("endpoint-url"),
        help: ArgumentHelp(
            "Where the service of a bucket answers, for every store that is not AWS's.",
            valueName: "url"
        )
    )
    var endpointURL: String?

    @Option(
        help: ArgumentHelp(
            "A file of places, limits and options of buckets, or 'none'. (default: "
                + "$BUILDSPEC_CONFIG, else ~/.config/buildspec/config.yml)",
            valueName: "file"
        )
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Give a bucket up whose service has not answered for this long in all, such as 5s. "
                + "(default: $BUILDSPEC_CACHE_TIMEOUT, else 20s)",
            valueName: "duration"
        )
    )
    var cacheTimeout: String?

    /// Reads the file.
    ///
    /// - Throws: a usage error that says what is wrong in it.
    func read(_ environment: [String: String] = Host.environment().variables) throws -> ConfigFile {
        try ConfigFile(config, endpoint: endpointURL, patience: cacheTimeout, environment)
    }
}
