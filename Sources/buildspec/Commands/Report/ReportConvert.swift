internal import ArgumentParser
internal import BuildspecFiles
internal import BuildspecReports
internal import SystemPackage

/// `buildspec report convert`.
struct ReportConvert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write report files as JUnit or Cobertura, which GitLab and Jenkins read.",
        discussion: """
            Reads the formats of CodeBuild: \(ReportFiles.formats). \
            Several files are one report, as for 'buildspec report show'. A program that counts lines \
            does not see a source file whose report has no lines. The time of a Cobertura report is \
            $SOURCE_DATE_EPOCH, if this is a number of seconds, and now otherwise.

            \(
                ExitStatus.help(
                    [.success, .buildspecInvalid, .usage, .stopped],
                    [
                        .buildspecInvalid:
                            "a file is not a report, or not of the type that '--to' holds"
                    ]
                )
            )
            """
    )

    /// The format that is written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case junit
        case cobertura

        /// Why a report of another type cannot be written; `nil` for the type that the format holds.
        func refusal(_ kind: ReportKind) -> String? {
            switch (self, kind) {
            case (.junit, .codeCoverage):
                "the report is of the type \(kind.rawValue), and JUnit holds tests only; use "
                    + "'--to cobertura'"
            case (.cobertura, .test):
                "the report is of the type \(kind.rawValue), and Cobertura holds coverage only; use "
                    + "'--to junit'"
            case (.junit, .test), (.cobertura, .codeCoverage): nil
            }
        }
    }

    @Option(help: ArgumentHelp("Write this format: junit or cobertura.", valueName: "format"))
    var to: Format

    @OptionGroup var input: ReportFiles

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write to this file, or to standard output if it is '-'. (default: standard output)",
            valueName: "file"
        )
    )
    var output: String?

    func run() async throws {
        try await ReportFiles.stopping { try await convert() }
    }

    private func convert() async throws {
        let output = output == "-" ? nil : output
        try await OutputCheck(
            inputs: input.files.map { (FilePath($0), "a report that the command reads") },
            directories: []
        ).check(output.map { [(path: $0, option: "--output")] } ?? [])
        let merge = try input.merge(
            ReadOptions(maxCases: .max, keepsLines: true),
            refusal: to.refusal
        )
        ReportFiles.warnOfMissingLines(merge)
        guard let report = merge.report else { return }
        guard let output else { return try writeToStandardOutput(report) }
        let file = try AtomicOutput(output, option: "--output")
        try write(report) { bytes in
            guard !Task.isCancelled else { throw ExitStatus.stopped.exitCode }
            try file.append(bytes)
        }
        try file.commit()
    }

    private func writeToStandardOutput(_ report: BuildspecReports.Report) throws {
        try write(report) { bytes in
            if let error = StandardStream.output.writeReportingError(bytes) {
                throw ValidationError("cannot write to standard output: \(error)")
            }
        }
    }

    private func write(
        _ report: BuildspecReports.Report,
        to sink: ([UInt8]) throws -> Void
    ) throws {
        switch report {
        case .tests(let tests): try JUnitWriter.write(tests, to: sink)
        case .coverage(let coverage):
            try CoberturaWriter.write(coverage, timestamp: ReportConvert.timestamp, to: sink)
        }
    }

    /// The time of the report in milliseconds since 1970.
    ///
    /// Source: reproducible-builds.org, SOURCE_DATE_EPOCH.
    private static var timestamp: Int64 {
        let stated = Host.environment().variables["SOURCE_DATE_EPOCH"].flatMap { Int64($0) }
        return (stated ?? FileTime.now().seconds).multipliedClamped(by: 1_000)
    }
}
