internal import ArgumentParser
internal import BuildspecReports

/// `buildspec report show`.
struct ReportShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the test cases or the coverage of report files.",
        discussion: """
            Reads the formats of CodeBuild: \(ReportFiles.formats). \
            Several files are one report: test cases are joined, and the covered lines of a source file \
            are united. Failures come first; files with little coverage come first.

            \(
                ExitStatus.help(
                    [.success, .buildspecInvalid, .usage, .stopped],
                    [.buildspecInvalid: "a file is not a report, or the files are of two types"]
                )
            )
            """
    )

    @OptionGroup var input: ReportFiles

    @Flag(help: "Print one JSON object with the names of CodeBuild's API.")
    var json = false

    @Option(
        help: ArgumentHelp("Print at most this number of test cases.", valueName: "number")
    )
    var maxCases = 500

    func validate() throws {
        if maxCases < 0 { throw ValidationError("--max-cases: the number is negative") }
    }

    func run() async throws {
        try await ReportFiles.stopping { try show() }
    }

    private func show() throws {
        let merge = try input.merge(
            ReadOptions(maxCases: maxCases, keepsLines: input.files.count > 1)
        )
        guard let report = merge.report else { return }
        ReportFiles.show(report, json: json)
    }
}
