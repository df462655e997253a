internal import ArgumentParser
internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecReports

/// The report files that a command reads.
struct ReportFiles: ParsableArguments {
    @Argument(help: ArgumentHelp("The report files.", valueName: "file"))
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "Read the files as this format, in any case. (default: the format of the content)",
            valueName: "format"
        )
    )
    var fileFormat: String?

    /// The names of all formats, for help and errors.
    static let formats = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        if let fileFormat, ReportFormat(name: fileFormat) == nil {
            throw ValidationError(
                "--file-format: '\(fileFormat)' is not one of \(ReportFiles.formats)"
            )
        }
    }

    /// Reads all files into one report, and prints their warnings.
    ///
    /// A file that is not a report, and a second type of report, end the command. `refusal` says why a
    /// type is refused; the reason follows the path of the file.
    func merge(
        _ options: ReadOptions,
        rule: MergeRule = .files,
        refusal: (ReportKind) -> String? = { _ in nil }
    ) throws -> ReportMerge {
        var merge = ReportMerge(options: options, rule: rule)
        for file in files {
            let read = try read(file, options)
            let kind = read.report.kind
            for warning in read.warnings {
                StandardStream.error.write("warning: \("\(file): \(warning)".oneLine)\n")
            }
            if let reason = refusal(kind) { try ReportFiles.fail("\(file): \(reason)") }
            guard merge.add(read.report) else {
                try ReportFiles.fail(
                    "\(file): the report is of the type \(kind.rawValue), and the files before it are "
                        + "not; pass it in another call"
                )
            }
        }
        return merge
    }

    /// Runs work that reads files, which a signal stops.
    static func stopping(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await Signals.stopping(
            { try await withTaskExecutorPreference(BlockingExecutor.shared) { try await work() } },
            onSecondSignal: Signals.exitAtOnce
        )
    }

    /// Warns if a merge could not unite the lines of some files.
    static func warnOfMissingLines(_ merge: ReportMerge) {
        guard merge.filesNotUnited > 0 else { return }
        let files = Quantity.count(merge.filesNotUnited, "source file")
        StandardStream.error.write(
            "warning: a report has no lines of \(files), so the report with more covered lines counts "
                + "instead of a union\n"
        )
    }

    /// Prints a report.
    static func show(_ report: BuildspecReports.Report, json: Bool) {
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
            if Task.isCancelled { throw ExitStatus.stopped.exitCode }
            let hint =
                format == nil && error.line != nil
                ? "; its content is that of no known format" : ""
            try ReportFiles.fail("\(error)\(hint)")
        }
    }

    private static func fail(_ message: String) throws -> Never {
        StandardStream.error.write("error: \(message.oneLine)\n")
        throw ExitStatus.buildspecInvalid.exitCode
    }
}
