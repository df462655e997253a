internal import ArgumentParser

/// The options of the configuration file and of buckets, for all commands that have a store.
struct ConfigOptions: ParsableArguments {
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

    /// Reads the file.
    ///
    /// - Throws: A usage error that says what is wrong with the file.
    func read(_ environment: [String: String] = Host.environment().variables) throws -> ConfigFile {
        try ConfigFile(config, endpoint: endpointURL, timeout: cacheTimeout, environment)
    }
}
