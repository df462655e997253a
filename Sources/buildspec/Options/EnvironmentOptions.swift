internal import ArgumentParser
internal import BuildspecRunner
internal import SystemPackage

/// Where `run` lets a build's commands run.
struct EnvironmentOptions: ParsableArguments {
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

    @Option(
        help: ArgumentHelp(
            "Let the sandbox write to this directory of the machine, which a cache path outside of the "
                + "sources and of the usual cache directories needs; may be given again.",
            valueName: "directory"
        )
    )
    var sandboxWrite: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run the commands in a container of this image, which is pulled if it is not there.",
            valueName: "image"
        )
    )
    var image: String?

    @Option(
        help: ArgumentHelp(
            "What runs the container: podman, docker, or the path of one. (default: podman, else "
                + "docker)",
            valueName: "engine"
        )
    )
    var engine: String?

    @Flag(help: "Let the container do what this machine's root can do, as for Docker in Docker.")
    var privileged = false

    @Flag(help: "Give the container a copy of the sources and leave your own as they are.")
    var copySource = false

    @Option(
        help: ArgumentHelp(
            "The network: host or none in a sandbox; host, none, bridge or one that the engine knows in "
                + "a container.",
            valueName: "network"
        )
    )
    var network: String?

    func validate() throws {
        if sandbox, image != nil {
            throw ValidationError("--sandbox and --image are two places; choose one")
        }
        if !sandbox, !sandboxRead.isEmpty {
            throw ValidationError("--sandbox-read needs '--sandbox'")
        }
        if !sandbox, !sandboxWrite.isEmpty {
            throw ValidationError("--sandbox-write needs '--sandbox'")
        }
        if image == nil {
            let idle = [
                (engine == nil ? nil : "--engine"), (privileged ? "--privileged" : nil),
                (copySource ? "--copy-source" : nil),
            ]
            if let option = idle.compactMap({ $0 }).first {
                throw ValidationError("\(option) needs a container; name its image with '--image'")
            }
        }
        for (name, value) in [("image", image), ("engine", engine), ("network", network)] {
            if let value, value.isEmpty || value.hasPrefix("-") {
                throw ValidationError("--\(name): '\(value)' is not the name of one")
            }
        }
        try validateNetwork()
    }

    private func validateNetwork() throws {
        guard let network, image == nil else { return }
        guard sandbox else { throw ValidationError("--network needs '--sandbox' or '--image'") }
        if SandboxOptions.Network(rawValue: network) == nil {
            throw ValidationError(
                "--network: '\(network)' is not a network; write 'host' or 'none'"
            )
        }
    }

    /// The place that the options choose.
    var choice: EnvironmentKind {
        if let image {
            var options = ContainerOptions(image: image)
            options.engine = engine
            options.isPrivileged = privileged
            options.copiesSource = copySource
            options.network = network
            return .container(options)
        }
        guard sandbox else { return .host }
        var options = SandboxOptions()
        options.network = network.flatMap(SandboxOptions.Network.init) ?? .host
        options.readable = sandboxRead.map { Host.currentDirectory().pushing(FilePath($0)) }
        options.writable = sandboxWrite.map { Host.currentDirectory().pushing(FilePath($0)) }
        return .sandbox(options)
    }
}
