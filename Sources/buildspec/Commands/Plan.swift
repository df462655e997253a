internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec plan`.
struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what 'run' would do, and run nothing.",
        discussion: """
            Prints the phases and commands, the variables that the build sets, the cache paths with \
            their number of matches, the artifacts and the reports. For a secret, it prints the \
            reference and never the value. No command of the buildspec runs. Cache keys can contain \
            commands, so they are evaluated only with --evaluate-keys.

            \(ExitStatus.help([.success, .buildspecInvalid, .usage]))
            """
    )

    /// The forms of a plan.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text
        case json
    }

    @OptionGroup var sourceOptions: SourceOptions

    @OptionGroup var phaseOptions: PhaseOptions

    @Option(help: ArgumentHelp("Print in this format: text or json.", valueName: "format"))
    var format = Format.text

    @Flag(help: "Evaluate the cache keys, which runs the commands in them.")
    var evaluateKeys = false

    func run() async throws {
        let host = Host.environment().variables
        let file = try BuildspecFile(sourceOptions) {
            var request = sourceOptions.request($0, host, overrides: sourceOptions.overrides)
            request.selectedPhases = phaseOptions.selected
            return request
        }
        try await OutputCheck(inputs: [(FilePath(file.name), "the buildspec")], directories: [])
            .check([])
        do {
            let plan = try await BuildRunner.plan(file.request, evaluatingKeys: evaluateKeys)
            for warning in plan.warnings {
                StandardStream.error.write("warning: \(warning.printableLines)\n")
            }
            switch format {
            case .text: StandardStream.output.write(PlanText.print(plan, file.buildspec))
            case .json: StandardStream.output.write(PlanJSON.print(plan, file.buildspec))
            }
        } catch let error as SetupError {
            DiagnosticOutput.print(error, of: file)
            throw ExitStatus.buildspecInvalid.exitCode
        }
    }
}
