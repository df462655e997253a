internal import ArgumentParser
internal import BuildspecReports

/// `buildspec report merge`.
struct ReportMergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Show the reports of parallel builds as one report.",
        discussion: """
            Each file is the report of one shard of a run. As in CodeBuild's fan-out batches, test cases \
            are joined, and the duration is that of the longest shard. Covered and missed lines are \
            added over all shards. For each source file, the shard with the highest percentage counts.

            \(
                ExitStatus.help(
                    [.success, .buildspecInvalid, .usage, .stopped],
                    [.buildspecInvalid: "a file is not a report, or the files are of two types"]
                )
            )
            """
    )

    @OptionGroup var input: ReportFiles

    @Flag(help: "Unite the covered lines of each source file, and count each source file once.")
    var union = false

    @Flag(help: "Print one JSON object with the names of CodeBuild's API.")
    var json = false

    func run() async throws {
        try await ReportFiles.stopping { try show() }
    }

    private func show() throws {
        let merge = try input.merge(
            ReadOptions(keepsLines: union),
            rule: union ? .unitedShards : .shards
        )
        ReportFiles.warnOfMissingLines(merge)
        guard let report = merge.report else { return }
        ReportFiles.show(report, json: json)
    }
}
