internal import ArgumentParser

/// Whether a cache is written to at all.
struct ReadOnlyOptions: ParsableArguments {
    @Flag(
        help: """
            Restore and save nothing; of two stores only the directory is filled, from the shared \
            one. (also: $BUILDSPEC_CACHE_READ_ONLY)
            """
    )
    var cacheReadOnly = false

    func validate() throws { _ = try isReadOnly(Host.environment().variables) }

    /// What the switch or its variable says.
    ///
    /// - Throws: a usage error when the variable is neither on nor off.
    func isReadOnly(_ environment: [String: String]) throws -> Bool {
        try FlagText.variable("BUILDSPEC_CACHE_READ_ONLY", environment) || cacheReadOnly
    }
}
