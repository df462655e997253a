internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecCache

/// `buildspec cache prune`.
struct CachePrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old entries, and objects that no entry refers to.",
        discussion: """
            The least recently used entries go first. It may be used while builds run.

            A directory is kept within the limits that every save keeps it within; objects go that no \
            entry has referred to for the grace period. With --remote, or a bucket as the cache, the \
            shared store is pruned and no other: entries go by the limits that are given here, by when \
            they were last saved, --max-size for each scope by itself; objects without an entry are \
            marked, and the next prune after the grace period removes those that still have none.

            \(ExitStatus.help([.success, .cacheFailed, .usage, .stopped]))
            """
    )

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Remove entries not used for this long, such as 12h, or 'none'. (default: for a directory "
                + "$BUILDSPEC_CACHE_MAX_AGE, else the configuration file's, else 30d)",
            valueName: "duration"
        )
    )
    var maxAge: String?

    @Option(
        help: ArgumentHelp(
            "Remove entries until the others need at most this, such as 500MB, or 'none'. (default: "
                + "for a directory $BUILDSPEC_CACHE_MAX_SIZE, else the configuration file's, else 10GB)",
            valueName: "size"
        )
    )
    var maxSize: String?

    @Option(
        help: ArgumentHelp("Keep at most so many entries of each scope.", valueName: "number")
    )
    var maxCount: Int?

    @Option(
        help: ArgumentHelp("Remove only entries of this scope.", valueName: "name")
    )
    var scope: String?

    @Option(
        help: ArgumentHelp(
            "How long an object may be without an entry; 0 removes it at once, for when no build "
                + "runs. (default: 1h, 1d for a shared store)",
            valueName: "duration"
        )
    )
    var grace: String?

    @Flag(
        help: """
            Tell what would be removed, for a bucket with the requests and their price, and change \
            nothing.
            """
    )
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        let limits = try limits()
        if let maxCount, maxCount < 0 {
            throw ValidationError("--max-count: '\(maxCount)' is not a number of entries")
        }
        if scope?.isEmpty == true { throw ValidationError("--scope: the name is empty") }
        if limits.isSizePerScope, let grace = limits.gracePeriod, grace != 0,
            grace < PruneLimits.shortestSharedGrace
        {
            throw ValidationError(
                "--grace: in a shared store less than 1h is too short, because a save may take that "
                    + "long; say 0 when no build runs"
            )
        }
    }

    func run() async throws {
        // The shared store is pruned only by who names it.
        let cache = try store.open(takesConfiguredRemote: false)
        let limits = try limits()
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
        let place = store.cache ?? config.environment["BUILDSPEC_CACHE"] ?? ""
        return store.remote.map { $0 != "none" } ?? S3Location.isAddress(place)
    }

    /// The limits: of a shared store only those that are given, because others rely on it too.
    private func limits() throws -> PruneLimits {
        let config = try store.configOptions.read()
        let standard = isShared(config) ? "none" : nil
        let given = try LimitOptions.limits(
            maxSize ?? standard,
            maxAge ?? standard,
            config.environment,
            prefix: "--"
        )
        return PruneLimits(
            maximumAge: given.maximumAge,
            maximumSize: given.maximumSize,
            maximumCount: maxCount,
            scope: scope,
            isSizePerScope: isShared(config),
            gracePeriod: try grace.map { $0 == "0" ? 0 : try LimitOptions.seconds($0, "--grace") }
        )
    }
}
