public import SystemPackage

/// The kind of execution environment that a build asks for, with its options.
public enum EnvironmentKind: Sendable, Equatable {
    /// This machine, without isolation.
    case host
    /// A sandbox of this machine, which bubblewrap makes.
    case sandbox(SandboxOptions)
    /// A container, which podman or docker runs.
    case container(ContainerOptions)
}

/// The options of a sandbox.
public struct SandboxOptions: Sendable, Equatable {
    /// The network that commands can use.
    public enum Network: String, Sendable, CaseIterable {
        /// This machine's network.
        case host
        /// Only the loopback interface.
        case none
    }

    /// The network that commands can use.
    public var network = Network.host
    /// Files and directories of this machine that commands can read, also where the sandbox would hide
    /// them; absolute paths.
    public var readable: [FilePath] = []
    /// Directories of this machine that commands can write to, created if they are missing; absolute
    /// paths.
    ///
    /// A cached path outside of the sources and of the usual cache directories must be in one of these.
    public var writable: [FilePath] = []

    /// Creates the options of a sandbox with the host's network and no further directories.
    public init() {}
}

/// The options of a container.
public struct ContainerOptions: Sendable, Equatable {
    /// The image's name.
    public var image: String
    /// The program that runs containers; `nil` for the first of podman and docker on the `PATH`.
    public var engine: String?
    /// Whether the container is privileged, so that commands have all rights over this machine.
    public var isPrivileged = false
    /// Whether commands work on a copy of the sources.
    public var copiesSource = false
    /// The network's name, as the engine takes it; `nil` for the engine's default.
    public var network: String?

    /// Creates the options of an unprivileged container that works on the sources themselves.
    public init(image: String) {
        self.image = image
    }
}

extension BuildRequest {
    /// The source root as commands see it: `CODEBUILD_SRC_DIR`.
    public var sourceRootInside: FilePath {
        execution == .host ? sourceDirectory : BuildRequest.fixedSourceRoot
    }

    /// The source root in a sandbox or container, which is CodeBuild's.
    ///
    /// The path is the same for every checkout on every machine, because tools write absolute paths into
    /// the files that are cached.
    static let fixedSourceRoot: FilePath = "/codebuild/output/src/src"

    /// Returns the execution environment that was chosen, not yet open.
    func environmentSpec() async throws -> any EnvironmentSpec {
        switch execution {
        case .host:
            return HostEnvironment(root: sourceDirectory, environment: hostEnvironment)
        case .sandbox(let options):
            #if os(Linux)
                return Sandbox(request: self, options: options)
            #else
                _ = options
                throw SetupError("a sandbox needs Linux; run without '--sandbox'")
            #endif
        case .container(let options):
            return try await ContainerImage(options, for: self)
        }
    }
}
