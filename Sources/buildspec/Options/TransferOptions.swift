internal import ArgumentParser
internal import BuildspecCache

/// The options of `push`, `pull` and `sync`, which select the entries to copy.
struct TransferOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Copy only entries of these keys; '-' is a scope's default entry. (default: all)",
            valueName: "key"
        )
    )
    var keys: [String] = []

    @Option(help: ArgumentHelp("Copy only entries of this scope.", valueName: "name"))
    var scope: String?

    @Flag(help: "Report what would be copied, and copy nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    /// Copies entries in each direction in order, and prints a report.
    ///
    /// Throws exit status 3 if an object could not be copied.
    func run(_ directions: [TransferDirection], _ store: StoreOptions) async throws {
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
            let stores = reports.map { "'\($0.source)'" }.joined(separator: " and ")
            StandardStream.error.write(
                "error: there is no entry \(names) in \(stores); 'buildspec cache list' shows all\n"
            )
            throw ExitStatus.cacheFailed.exitCode
        }
        for line in reports.flatMap(\.skipped) {
            StandardStream.error.write("error: not copied: \(line.oneLine)\n")
        }
        StandardStream.output.write(
            json
                ? TransferOutput.json(reports, isDry: dryRun)
                : reports.map { TransferOutput.text($0, isDry: dryRun) }.joined()
        )
        guard reports.allSatisfy(\.skipped.isEmpty) else { throw ExitStatus.cacheFailed.exitCode }
    }
}
