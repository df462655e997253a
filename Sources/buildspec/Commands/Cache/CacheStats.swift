internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec cache stats`.
struct CacheStats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show the time that a project's cache has cost and saved on this machine.",
        discussion: """
            Counts the last successful builds of 'buildspec run', at most 200. What a hit saves is how \
            much shorter its phases were than the median of the builds in which nothing was restored.

            \(ExitStatus.help([.success, .usage]))
            """
    )

    @Option(
        help: ArgumentHelp(
            "The project's name. (default: as 'run' finds it)",
            valueName: "name"
        )
    )
    var project: String?

    @Option(help: ArgumentHelp("The source root.", valueName: "dir"))
    var source = "."

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if !Host.isDirectory(FilePath(source)) {
            throw ValidationError("--source: '\(source)' is not a directory")
        }
    }

    func run() async throws {
        let root = Host.realPath(FilePath(source)) ?? FilePath(source)
        var name = project
        if name == nil { name = await SourceVersion.read(in: root).projectName(for: root) }
        let state = StandardDirectories(Host.environment().variables).state
        let history = CacheHistory.read(of: name ?? "", in: state)
        StandardStream.output.write(
            json
                ? StatsOutput.json(history, project: name ?? "")
                : StatsOutput.text(history, project: name ?? "")
        )
    }
}
