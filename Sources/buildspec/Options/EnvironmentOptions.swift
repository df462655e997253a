internal import ArgumentParser
internal import BuildspecRunner
internal import SystemPackage

/// The options of `run` that choose the execution environment.
struct EnvironmentOptions: ParsableArguments {
    @Flag(
        help: """
            Run the commands under bubblewrap, with this machine read-only, the sources at \
            /codebuild/output/src/src, an empty home and an empty /tmp.
            """
    )
    var sandbox = false

    @Option(
        help: ArgumentHelp(
            "Make this file or directory visible in the sandbox, also from the home or /tmp. Can be "
                + "repeated.",
            valueName: "path"
        )
    )
    var sandboxRead: [String] = []

    @Option(
        help: ArgumentHelp(
            "Let the sandbox write to this directory, for a cache path outside the sources and the "
                + "usual cache directories. Can be repeated.",
            valueName: "directory"
        )
    )
    var sandboxWrite: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run the commands in a container of this image. A missing image is pulled.",
            valueName: "image"
        )
    )
    var image: String?

    @Option(
        help: ArgumentHelp(
            "Run the container with this engine: podman, docker, or the path of one. (default: "
                + "podman, else docker)",
            valueName: "engine"
        )
    )
    var engine: String?

    @Flag(help: "Give the container the rights of this machine's root, as Docker in Docker needs.")
    var privileged = false

    @Flag(help: "Give the container a copy of the sources, and leave the sources unchanged.")
    var copySource = false

    @Option(
        help: ArgumentHelp(
            "Use this network: 'host' or 'none' in a sandbox; 'host', 'none', 'bridge' or a network "
                + "of the engine in a container. (default: 'host' in a sandbox, else the engine's)",
            valueName: "network"
        )
    )
    var network: String?

    func validate() throws {
        if sandbox, image != nil {
            throw ValidationError("--sandbox and --image cannot be combined; choose one")
        }
        if !sandbox, !sandboxRead.isEmpty {
            throw ValidationError("--sandbox-read needs '--sandbox'")
        }
        if !sandbox, !sandboxWrite.isEmpty {
            throw ValidationError("--sandbox-write needs '--sandbox'")
        }
        if image == nil {
            let unused = [
                (engine == nil ? nil : "--engine"), (privileged ? "--privileged" : nil),
                (copySource ? "--copy-source" : nil),
            ]
            if let option = unused.compactMap({ $0 }).first {
                throw ValidationError("\(option) needs a container; name its image with '--image'")
            }
        }
        for (name, value) in [("image", image), ("engine", engine), ("network", network)] {
            if let value, value.isEmpty || value.hasPrefix("-") {
                throw ValidationError("--\(name): '\(value)' is not a valid name")
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

    var kind: EnvironmentKind {
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
