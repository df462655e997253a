internal import ArgumentParser
internal import BuildspecCache

/// Which entries go from one store to the other; 'push', 'pull' and 'sync' take it.
struct TransferOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Only entries of these keys; '-' is a scope's keyless entry. (default: all)",
            valueName: "key"
        )
    )
    var keys: [String] = []

    @Option(help: ArgumentHelp("Only entries of this scope.", valueName: "name"))
    var scope: String?

    @OptionGroup var store: StoreOptions

    @Flag(help: "Tell what would be moved and move nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    /// Moves entries and prints what was moved.
    ///
    /// - Parameter directions: which ways, in this order.
    /// - Throws: exit status 3 when something could not be moved.
    func run(_ directions: [TransferDirection]) async throws {
        let cache = try store.open()
        let selection = TransferSelection(
            scope: scope,
            keys: keys.map { $0 == "-" ? nil : $0 }
        )
        var reports: [TransferReport] = []
        for direction in directions {
            reports.append(
                try await reportingCacheErrors {
                    try await cache.transfer(direction, selection, dryRun: dryRun)
                }
            )
        }
        for report in reports where report.isSourceMissing {
            StandardStream.error.write(
                "warning: cache: there is no store in '\(report.source)' yet\n"
            )
        }
        if !keys.isEmpty, reports.allSatisfy(\.hasFoundNothing) {
            let names = keys.map { "'\($0)'" }.joined(separator: " or ")
            let places = reports.map { "'\($0.source)'" }.joined(separator: " and ")
            StandardStream.error.write(
                "error: there is no entry \(names) in \(places); 'buildspec cache list' shows all\n"
            )
            throw ExitStatus.cacheFailed.exitCode
        }
        for line in reports.flatMap(\.skipped) {
            StandardStream.error.write("error: left where it is: \(line.oneLine)\n")
        }
        StandardStream.output.write(
            json
                ? TransferOutput.json(reports, isDry: dryRun)
                : reports.map { TransferOutput.text($0, isDry: dryRun) }.joined()
        )
        guard reports.allSatisfy(\.skipped.isEmpty) else { throw ExitStatus.cacheFailed.exitCode }
    }
}

/// `buildspec cache push`.
struct CachePush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Send entries from this machine's store to the shared one.",
        discussion: """
            \(TransferOutput.help)

            \(ExitStatus.help([.success, .cacheFailed, .usage, .stopped]))
            """
    )

    @OptionGroup var options: TransferOptions

    func run() async throws { try await options.run([.push]) }
}

/// `buildspec cache pull`.
struct CachePull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch entries from the shared store to this machine's.",
        discussion: """
            \(TransferOutput.help)

            \(ExitStatus.help([.success, .cacheFailed, .usage, .stopped]))
            """
    )

    @OptionGroup var options: TransferOptions

    func run() async throws { try await options.run([.pull]) }
}

/// `buildspec cache sync`.
struct CacheSync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Send and fetch entries, so that both stores have them.",
        discussion: """
            \(TransferOutput.help)

            \(ExitStatus.help([.success, .cacheFailed, .usage, .stopped]))
            """
    )

    @OptionGroup var options: TransferOptions

    func run() async throws { try await options.run([.push, .pull]) }
}
