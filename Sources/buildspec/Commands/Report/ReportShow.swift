internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecReports

/// `buildspec report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show test and coverage reports.",
        subcommands: [ReportShow.self]
    )
}

/// `buildspec report show`.
struct ReportShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the test cases or the coverage of report files.",
        discussion: """
            Reads the formats of CodeBuild: \(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")). \
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

    @Argument(help: ArgumentHelp("The report files.", valueName: "file"))
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "Read the files as this format, in any case. (default: the format of the content)",
            valueName: "format"
        )
    )
    var fileFormat: String?

    @Flag(help: "Print one JSON object with the names of CodeBuild's API.")
    var json = false

    @Option(
        help: ArgumentHelp("Print at most this number of test cases.", valueName: "number")
    )
    var maxCases = 500

    func validate() throws {
        if let fileFormat, ReportFormat(name: fileFormat) == nil {
            let names = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--file-format: '\(fileFormat)' is not one of \(names)")
        }
        if maxCases < 0 { throw ValidationError("--max-cases: the number is negative") }
    }

    func run() async throws {
        let options = ReadOptions(maxCases: maxCases, keepsLines: files.count > 1)
        var merge = ReportMerge(options: options)
        for file in files {
            let read = try read(file, options)
            for warning in read.warnings {
                StandardStream.error.write("warning: \(file): \(warning)\n".printableLines)
            }
            guard merge.add(read.report) else {
                let kinds = "\(read.report.kind.rawValue), and the files before it are not"
                try fail("\(file): the report is of the type \(kinds); show it in another call")
            }
        }
        guard let report = merge.report else { return }
        StandardStream.output.write(
            json ? ReportJSON.object(report).pretty + "\n" : ReportText.text(report)
        )
    }

    private func read(_ file: String, _ options: ReadOptions) throws -> ReadReport {
        let format =
            fileFormat.flatMap(ReportFormat.init(name:)) ?? ReportFormat.detect(path: file)
        do {
            // A broken file has no format that its content shows; CodeBuild's default names the fault.
            return try ReportReader.read(path: file, format: format ?? .junitXML, options: options)
        } catch {
            let hint =
                format == nil && error.line != nil
                ? "; its content is that of no known format" : ""
            try fail("\(error)\(hint)")
        }
    }

    private func fail(_ message: String) throws -> Never {
        StandardStream.error.write("error: \(message)\n".printableLines)
        throw ExitStatus.buildspecInvalid.exitCode
    }
}
