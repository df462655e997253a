public import SystemPackage

/// Where a build is to run.
public enum EnvironmentKind: Sendable, Equatable {
    /// This machine as it is.
    case host
    /// This machine behind bubblewrap.
    case sandbox(SandboxOptions)
    /// A container of podman or docker.
    case container(ContainerOptions)
}

/// How a sandbox is made.
public struct SandboxOptions: Sendable, Equatable {
    /// What network commands have.
    public enum Network: String, Sendable, CaseIterable {
        /// This machine's.
        case host
        /// None but the loopback interface.
        case none
    }

    /// What network commands have.
    public var network = Network.host
    /// Files and directories of this machine that are shown, read-only, also where the sandbox has
    /// something of its own instead; absolute.
    public var readable: [FilePath] = []
    /// Directories of this machine that commands can write to, made if they are missing; absolute.
    ///
    /// Cached paths outside of the sources and of the usual cache directories lie in one of them.
    public var writable: [FilePath] = []

    /// Creates the options of a plain sandbox.
    public init() {}
}

/// How a container is made.
public struct ContainerOptions: Sendable, Equatable {
    /// The image's name.
    public var image: String
    /// The program that runs containers; `nil` looks for one on the `PATH`.
    public var engine: String?
    /// Whether commands get all rights over this machine.
    public var isPrivileged = false
    /// Whether commands work on a copy of the sources.
    public var copiesSource = false
    /// The network, in the engine's words; `nil` is the engine's default.
    public var network: String?

    /// Creates the options of a plain container.
    public init(image: String) {
        self.image = image
    }
}

extension BuildRequest {
    /// The source root as commands see it: `CODEBUILD_SRC_DIR`.
    public var sourceRootInside: FilePath {
        place == .host ? sourceDirectory : BuildRequest.fixedRoot
    }

    /// The source root of every place but this machine as it is, as on CodeBuild: the same for every
    /// checkout on every machine, because tools write it into what is cached.
    static let fixedRoot: FilePath = "/codebuild/output/src/src"

    /// The place that was chosen, not yet open.
    ///
    /// - Throws: `SetupError` when it cannot be had.
    func closedPlace() async throws -> any EnvironmentSpec {
        switch place {
        case .host:
            return HostEnvironment(root: sourceDirectory, environment: hostEnvironment)
        case .sandbox(let options):
            #if os(Linux)
                return Sandbox(request: self, options: options)
            #else
                _ = options
                let message = "a sandbox needs Linux; run without '--sandbox'"
                throw SetupError([SetupError.Problem(message)])
            #endif
        case .container(let options):
            return try await ContainerImage(options, for: self)
        }
    }
}
