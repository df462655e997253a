internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec plan`.
struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what 'run' would do, without running it.",
        discussion: """
            Prints phases and commands, the variables that the build sets, the cache with what \
            belongs to it now, artifacts and reports. Secrets show where they come from, never what \
            they are. No command of the buildspec runs; cache keys are evaluated only when asked \
            for, since they may hold commands.

            \(ExitStatus.help([.success, .buildspecInvalid, .usage]))
            """
    )

    /// The forms of a plan.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text
        case json
    }

    @OptionGroup var what: SourceOptions

    @Option(help: ArgumentHelp("How to print: text or json.", valueName: "format"))
    var format = Format.text

    @Flag(help: "Evaluate the cache keys with the shell.")
    var evaluateKeys = false

    func run() async throws {
        let file = try BuildspecFile(what.buildspec, source: what.source) {
            self.request(for: $0).redactor
        }
        let request = self.request(for: file.buildspec)
        do {
            let plan = try await BuildRunner.plan(request, evaluatingKeys: evaluateKeys)
            for warning in plan.warnings { StandardStream.error.write("warning: \(warning)\n") }
            switch format {
            case .text: StandardStream.output.write(PlanText.print(plan, file.buildspec))
            case .json: StandardStream.output.write(PlanJSON.print(plan, file.buildspec))
            }
        } catch let error as SetupError {
            DiagnosticOutput.print(error, of: file, hidingBy: request.redactor)
            throw ExitStatus.buildspecInvalid.exitCode
        }
    }

    private func request(for buildspec: Buildspec) -> BuildRequest {
        let host = Host.environment().variables
        var request = BuildRequest(
            buildspec,
            sourceDirectory: what.root,
            hostEnvironment: SigningKeySource.hidden(from: host),
            stateDirectory: StandardDirectories(host).state
        )
        request.overrides = what.variables.compactMap { EnvironmentFile.assignment($0) }
        request.selectedPhases = what.selectedPhases
        request.hideSigningKeys(nil, host)
        request.helperExecutable = Host.executable
        return request
    }
}
