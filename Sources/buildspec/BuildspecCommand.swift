internal import ArgumentParser

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
        do {
            try ArgumentText.requireUTF8()
            var command = try parseAsRoot()
            do {
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch let error as ValidationError {
                // Found when the command was under way; the root's usage would be of no help.
                StandardStream.error.write("Error: \(error.message)\n")
                throw ExitStatus.usage.exitCode
            }
        } catch {
            exit(withError: error)
        }
    }
}
