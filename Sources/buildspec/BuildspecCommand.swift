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
        await main(nil)
    }
}
