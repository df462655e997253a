internal import ArgumentParser
internal import BuildspecFiles

/// The command line program.
@main
struct BuildspecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buildspec",
        abstract: "Run AWS CodeBuild buildspec files on any machine, with a shared cache.",
        version: "0.1.0",
        subcommands: [
            Run.self, Validate.self, Plan.self, Explain.self, Schema.self, CacheCommand.self,
            ReportCommand.self, HashFilesCommand.self,
        ]
    )

    static func main() async {
        StandardStream.openMissing()
        Signals.restoreCrashActions()
        do {
            // Timers and signals need file descriptors, and a library ends a process without them.
            try SpareDescriptors.require(10)
        } catch {
            StandardStream.error.write("error: \(error)\n")
            exit(withError: ExitStatus.buildspecInvalid.exitCode)
        }
        do {
            try ArgumentText.requireUTF8()
            try ArgumentText.rejectKeys()
            try ArgumentText.rejectEmptyPaths()
            // Before arguments are checked, because a path that is not found may contain a '~'.
            for warning in TildeText.warnings(
                Array(CommandLine.arguments.dropFirst()),
                Host.environment().variables
            ) {
                StandardStream.error.write(warning + "\n")
            }
            var command = try parseAsRoot()
            do {
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch let error as ValidationError {
                // The command is running, so the usage of the root command would not help.
                StandardStream.error.write("Error: \(error.message.printableLines)\n")
                throw ExitStatus.usage.exitCode
            }
        } catch {
            end(with: error)
        }
    }

    /// Ends the process with help or an error, which can quote an argument.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        if !code.isSuccess {
            let message = fullMessage(for: error)
            if !message.isEmpty { StandardStream.error.write(message.printableLines + "\n") }
            exit(withError: code)
        }
        exit(withError: error)
    }
}
