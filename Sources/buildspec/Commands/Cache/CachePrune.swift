internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache prune`.
struct CachePrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old entries, and objects that no entry refers to.",
        discussion: """
            The least recently used entries go first. Objects younger than the grace period stay \
            even if no entry refers to them, because a running save may be about to. The limits are \
            those that every save keeps the local store within; it may be used while builds run.

            \(ExitStatus.help([.success, .cacheFailed, .usage]))
            """
    )

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Remove entries not used for this long, such as 12h, or 'none'. (default: "
                + "$BUILDSPEC_CACHE_MAX_AGE, else 30d)",
            valueName: "duration"
        )
    )
    var maxAge: String?

    @Option(
        help: ArgumentHelp(
            "Remove entries until the store holds at most this, such as 500MB, or 'none'. (default: "
                + "$BUILDSPEC_CACHE_MAX_SIZE, else 10GB)",
            valueName: "size"
        )
    )
    var maxSize: String?

    @Option(
        help: ArgumentHelp(
            "How long an object may be without an entry; 0 removes it at once.",
            valueName: "duration"
        )
    )
    var grace = "1h"

    @Flag(help: "Tell what would be removed and remove nothing.")
    var dryRun = false

    func validate() throws { _ = try limits() }

    func run() async throws {
        let cache = try store.open()
        let limits = try limits()
        let report = try await reportingCacheErrors {
            try await cache.prune(limits, dryRun: dryRun)
        }
        for entry in report.removedEntries {
            let key = entry.key.map { "key '\($0)'" } ?? "the keyless entry"
            StandardStream.output.write(
                "\(dryRun ? "would remove" : "removed") \(key) of '\(entry.scope)'\n"
            )
        }
        if report.removedLeftovers > 0 {
            StandardStream.output.write(
                "\(dryRun ? "would remove" : "removed")"
                    + " \(Quantity.count(report.removedLeftovers, "unfinished file"))"
                    + " of processes that were killed\n"
            )
        }
        let objects = Quantity.count(report.removedObjects, "object")
        StandardStream.output.write(
            "\(dryRun ? "would remove" : "removed") \(objects)"
                + " (\(Quantity.size(report.removedBytes)));"
                + " \(Quantity.count(report.keptEntries, "entries", one: "entry"))"
                + " (\(Quantity.size(report.keptBytes))) \(dryRun ? "would stay" : "stay")\n"
        )
    }

    private func limits() throws -> PruneLimits {
        let limits = try LimitOptions.limits(
            maxSize,
            maxAge,
            Host.environment().variables,
            prefix: "--"
        )
        return PruneLimits(
            maximumAge: limits.maximumAge,
            maximumSize: limits.maximumSize,
            gracePeriod: grace == "0" ? 0 : try LimitOptions.seconds(grace, "--grace")
        )
    }
}
