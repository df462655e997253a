internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecCache

/// `buildspec cache prune`.
struct CachePrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete old entries, and unreferenced objects.",
        discussion: """
            Deletes the least recently used entries first. You can run it while builds run.

            A directory is pruned to the limits of every save, and loses the objects that have been \
            unreferenced for the grace period. With --remote, or with a bucket in --cache, only the \
            shared store is pruned. There, only the limits on the command line count, the age of an \
            entry is the time since its save, and --max-size applies to each scope. Unreferenced \
            objects are marked, and the next prune after the grace period deletes those that are still \
            unreferenced.

            \(ExitStatus.cacheHelp())
            """
    )

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Delete entries not used for this long, such as 12h, or 'none'. (default: for a directory "
                + "$BUILDSPEC_CACHE_MAX_AGE, else the configuration file's, else 30d)",
            valueName: "duration"
        )
    )
    var maxAge: String?

    @Option(
        help: ArgumentHelp(
            "Delete entries until the others fit in this size, such as 500MB, or 'none'. (default: for "
                + "a directory $BUILDSPEC_CACHE_MAX_SIZE, else the configuration file's, else 10GB)",
            valueName: "size"
        )
    )
    var maxSize: String?

    @Option(
        help: ArgumentHelp("Keep at most this many entries of each scope.", valueName: "number")
    )
    var maxCount: Int?

    @Option(help: ArgumentHelp("Delete only entries of this scope.", valueName: "name"))
    var scope: String?

    @Option(
        help: ArgumentHelp(
            "Keep unreferenced objects for this grace period. Use 0 only if no build runs. (default: "
                + "1h, for a shared store 1d)",
            valueName: "duration"
        )
    )
    var grace: String?

    @Flag(
        help: """
            Report what would be deleted, and change nothing. For a bucket, report the requests and \
            their price too.
            """
    )
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let maxCount, maxCount < 0 {
            throw ValidationError("--max-count: '\(maxCount)' is not a number of entries")
        }
        if scope?.isEmpty == true { throw ValidationError("--scope: the name is empty") }
    }

    func run() async throws {
        // The shared store is pruned only if an option names it.
        let config = try store.configuration()
        let cache = try store.open(config, usesConfiguredRemote: false)
        let limits = try limits(config)
        let report = try await reportingCacheErrors { [dryRun] in
            try await cache.prune(limits, dryRun: dryRun)
        }
        StandardStream.output.write(
            json
                ? PruneOutput.json(report, isDry: dryRun)
                : PruneOutput.text(report, isDry: dryRun)
        )
    }

    /// Whether the store is one that other machines use too.
    private func isShared(_ config: ConfigFile) -> Bool {
        let local = store.cache ?? config.environment["BUILDSPEC_CACHE"] ?? ""
        return store.remote.map { $0 != "none" } ?? S3Location.isAddress(local)
    }

    /// The limits; for a shared store only those of the options, because other machines use it too.
    private func limits(_ config: ConfigFile) throws -> PruneLimits {
        let isShared = isShared(config)
        let standard = isShared ? "none" : nil
        let given = try LimitOptions.limits(
            maxSize ?? standard,
            maxAge ?? standard,
            config.environment,
            prefix: "--"
        )
        let grace = try grace.map { $0 == "0" ? 0 : try LimitOptions.seconds($0, "--grace") }
        if isShared, let grace, grace != 0, grace < PruneLimits.shortestSharedGrace {
            throw ValidationError(
                "--grace: for a shared store, less than 1h is too short, because a save may take that "
                    + "long; use 0 if no build runs"
            )
        }
        return PruneLimits(
            maximumAge: given.maximumAge,
            maximumSize: given.maximumSize,
            maximumCount: maxCount,
            scope: scope,
            isSizePerScope: isShared,
            gracePeriod: grace
        )
    }
}
