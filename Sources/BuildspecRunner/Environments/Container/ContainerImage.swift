internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A container that is not started yet: an image that this machine has, and an engine.
struct ContainerImage: EnvironmentSpec {
    /// The source root inside, the same on every machine.
    let root = BuildRequest.fixedSourceRoot
    /// The image's variables, with those that CodeBuild adds.
    let environment: [String: String]

    let engine: ContainerEngine
    let options: ContainerOptions
    /// The source root outside.
    let sources: FilePath
    /// The repository that git in the container needs.
    let git: VisibleRepository
    /// The stores and the state directory in the sources, which commands do not see.
    let closed: [ClosedDirectory]
    let warnings: [String]
    /// The names of the image's variables.
    let variableNames: [String]

    /// The longest time that the engine may take to answer.
    static let responseTimeout = Duration.seconds(30)

    /// Finds the engine and the image, and pulls an image that this machine does not have; a pull has no
    /// time limit.
    init(
        _ options: ContainerOptions,
        for request: BuildRequest,
        responseTimeout: Duration = ContainerImage.responseTimeout
    ) async throws {
        self.options = options
        sources = request.sourceDirectory
        let root = ClosedDirectory.resolved(sources)
        closed =
            options.copiesSource
            ? [] : try request.closedDirectories().filter { $0.path.starts(with: root) }
        engine = try ContainerEngine(options.engine, request.hostEnvironment)
        let engine = engine
        async let removals = ContainerImage.removeLeftovers(engine, responseTimeout)
        let list = try await ContainerImage.environment(
            of: options.image,
            engine,
            request,
            responseTimeout
        )
        git = VisibleRepository(of: request.sourceDirectory, seenAt: root)
        warnings = await removals + [git.problem].compactMap { $0 }
        var variables: [String: String] = [:]
        for entry in list {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        variableNames = Array(variables.keys)
        // CodeBuild sets root's home, whatever the image's user is.
        variables["HOME"] = "/root"
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            variables[name] = variables[name] ?? request.hostEnvironment[name]
        }
        environment = variables
    }

    func open(
        _ requirements: EnvironmentRequirements,
        in directory: PrivateDirectory
    ) async throws -> any ExecutionEnvironment {
        do {
            return try await ContainerEnvironment(self, in: directory)
        } catch let error as Errno {
            throw SetupError("cannot prepare '\(directory.path)' for a container: \(error)")
        }
    }

    /// Returns the error for a failure of the engine, with a remedy for known causes; `action` is a verb
    /// with its object.
    static func failure(
        _ action: String,
        _ engine: ContainerEngine,
        _ reason: String
    ) -> SetupError {
        let text = reason.lowercased()
        let remedy =
            if text.contains("permission denied"), text.contains("socket") {
                "your user has no access to its server; run the build as root or as a user with access, "
                    + "or choose another engine with '--engine'"
            } else if text.contains("/dev/net/tun") || text.contains("slirp4netns") {
                "a network of its own needs '/dev/net/tun': let everybody open it with 'chmod 666 "
                    + "/dev/net/tun' as root, or run with '--network host' or '--network none'"
            } else if isServerUnreachable(text) {
                serverRemedy(engine)
            } else {
                "check that '\(engine.name)' is podman or docker, and try it by hand with "
                    + "'\(engine.name) run --rm alpine true'"
            }
        return SetupError("cannot \(action): \(engine.name) says '\(reason)'; \(remedy)")
    }
}

extension ContainerImage {
    /// Returns whether an engine's message, in lower case, says that its server cannot be reached.
    private static func isServerUnreachable(_ text: String) -> Bool {
        [
            "daemon", "connect to podman", "error during connect", "docker endpoint", "docker host",
            "docker api", "podman socket", ContainerEngine.timeoutPrefix,
        ].contains { text.contains($0) }
    }

    /// Returns the remedy for a server that cannot be reached, which a variable may have named.
    private static func serverRemedy(_ engine: ContainerEngine) -> String {
        let names = ["DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST"]
        let variable = names.first { name in
            engine.environment[name]?.isEmpty == false
                && name.hasPrefix("DOCKER") == engine.name.contains("docker")
        }
        guard let variable, let value = engine.environment[variable] else {
            return "start its server, or choose another engine with '--engine'"
        }
        return
            "'\(variable)' is '\(value)': start the server there, unset the variable to use this "
            + "machine's, or choose another engine with '--engine'"
    }

    private static func environment(
        of image: String,
        _ engine: ContainerEngine,
        _ request: BuildRequest,
        _ responseTimeout: Duration
    ) async throws -> [String] {
        // After '--' the engine cannot read an image's name as an option.
        let inspection = [
            "image", "inspect", "--format", "{{range .Config.Env}}{{printf \"%s\\x00\" .}}{{end}}",
            "--", image,
        ]
        var result = await engine.run(inspection, within: responseTimeout)
        if result.status != 0 {
            try Task.checkCancellation()
            if isServerUnreachable(result.reason.lowercased()) {
                throw failure("use the image '\(image)'", engine, result.reason)
            }
            await request.onNotice?("'\(image)' is not on this machine; \(engine.name) pulls it")
            let pull = await engine.run(["pull", "--quiet", "--", image])
            try Task.checkCancellation()
            guard pull.status == 0 else { throw pullError(image, engine, pull.reason) }
            result = await engine.run(inspection, within: responseTimeout)
        }
        guard result.status == 0 else {
            throw failure("inspect the image '\(image)'", engine, result.reason)
        }
        return result.output.split(whereSeparator: { $0 == 0 || $0 == UInt8(ascii: "\n") })
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func pullError(
        _ image: String,
        _ engine: ContainerEngine,
        _ reason: String
    ) -> SetupError {
        if isServerUnreachable(reason.lowercased()) {
            return failure("use the image '\(image)'", engine, reason)
        }
        return SetupError(
            "the image '\(image)' is not on this machine and cannot be pulled: \(engine.name) says "
                + "'\(reason)'; check the name, or log in with '\(engine.name) login'"
        )
    }
}

extension ContainerImage {
    /// The label by which a later build finds the containers of this machine.
    ///
    /// Agents that share an engine may be in separate containers or on separate machines, where the same
    /// process numbers exist.
    static var label: String { "buildspec.processes=\(Machine.processNamespace)" }

    /// Returns a name with this process's number for the container of a build, from the build's private
    /// directory, whose name no other build has.
    static func name(for directory: FilePath) -> String {
        let unique = directory.lastComponent?.string.split(separator: "-").last ?? "build"
        return "buildspec-\(getpid())-\(unique)"
    }

    /// Removes containers of builds that have ended, such as builds that were killed with their engine, and
    /// returns a warning for each.
    private static func removeLeftovers(
        _ engine: ContainerEngine,
        _ responseTimeout: Duration
    ) async -> [String] {
        let list = await engine.run(
            ["ps", "--all", "--filter", "label=\(label)", "--format", "{{.Names}}"],
            within: responseTimeout
        )
        guard list.status == 0 else { return [] }
        var warnings: [String] = []
        for line in String(decoding: list.output, as: UTF8.self).split(whereSeparator: \.isNewline)
        {
            let parts = line.split(separator: "-")
            guard parts.count == 3, parts[0] == "buildspec", let process = pid_t(parts[1]),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            let removal = await engine.run(
                ["rm", "--force", String(line)],
                within: responseTimeout
            )
            warnings.append(
                removal.status == 0
                    ? "removed the container '\(line)' of an earlier build"
                    : "cannot remove the container '\(line)' of an earlier build: \(removal.reason)"
            )
        }
        return warnings
    }
}
