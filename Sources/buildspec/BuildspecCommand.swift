internal import ArgumentParser
internal import BuildspecFiles

/// The command: arguments in, text and an exit status out.
@main
struct BuildspecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buildspec",
        abstract: "Run AWS CodeBuild buildspec files anywhere, with a cache that works.",
        version: "0.1.0",
        subcommands: [
            Run.self, Validate.self, Plan.self, Explain.self, Schema.self, CacheCommand.self,
            HashFilesCommand.self,
        ]
    )

    static func main() async {
        StandardStream.openMissing()
        Signals.endByQuit()
        do {
            // Timers and signals are files too, and a library ends the process that cannot have them.
            try SpareDescriptors.require(10)
        } catch {
            StandardStream.error.write("error: \(error)\n")
            exit(withError: ExitStatus.buildspecInvalid.exitCode)
        }
        do {
            try ArgumentText.requireUTF8()
            try ArgumentText.refuseKeys()
            // Before arguments are checked: a path that is not found may be one of these.
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
                // Found when the command was under way; the root's usage would be of no help.
                StandardStream.error.write("Error: \(error.message.printableLines)\n")
                throw ExitStatus.usage.exitCode
            }
        } catch {
            end(with: error)
        }
    }

    /// Ends with help, or with an error in which an argument's text may stand.
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
