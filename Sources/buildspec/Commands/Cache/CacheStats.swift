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
            Uses the last successful builds of 'buildspec run', at most 200. The time that a hit saves \
            is the difference between its phases and the median of the builds that restored nothing.

            \(ExitStatus.help([.success, .usage]))
            """
    )

    @Option(
        help: ArgumentHelp(
            "Show the project of this name. (default: the name that 'run' uses)",
            valueName: "name"
        )
    )
    var project: String?

    @Option(help: ArgumentHelp("Use this source root.", valueName: "dir"))
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
