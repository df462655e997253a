internal import ArgumentParser
internal import BuildspecRunner
internal import SystemPackage

/// Where `run` lets a build's commands run.
struct PlaceOptions: ParsableArguments {
    @Flag(
        help: """
            Run the commands under bubblewrap: this machine read-only, the sources at \
            /codebuild/output/src/src, an empty home and an empty /tmp.
            """
    )
    var sandbox = false

    @Option(
        help: ArgumentHelp(
            "Let the sandbox see this file or directory, also in the home or in /tmp; may be given "
                + "again.",
            valueName: "path"
        )
    )
    var sandboxRead: [String] = []

    @Option(help: ArgumentHelp("The sandbox's network: host or none.", valueName: "network"))
    var network: String?

    func validate() throws {
        if !sandbox,
            let option = network == nil
                ? sandboxRead.first.map({ _ in "--sandbox-read" }) : "--network"
        {
            throw ValidationError("\(option) needs '--sandbox'")
        }
        if let network, SandboxOptions.Network(rawValue: network) == nil {
            throw ValidationError(
                "--network: '\(network)' is not a network; write 'host' or 'none'"
            )
        }
    }

    /// The place that the options choose.
    var choice: PlaceChoice {
        guard sandbox else { return .host }
        var options = SandboxOptions()
        options.network = network.flatMap(SandboxOptions.Network.init) ?? .host
        options.readable = sandboxRead.map { Host.currentDirectory().pushing(FilePath($0)) }
        return .sandbox(options)
    }
}
