internal import ArgumentParser

/// `buildspec report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show, convert and merge test and coverage reports.",
        subcommands: [ReportShow.self, ReportConvert.self, ReportMergeCommand.self]
    )
}
