internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An image that is on this machine, and the engine that can start it: a container not open yet.
struct ContainerImage: EnvironmentSpec {
    /// Where the sources are, inside: one path on every machine, so that caches with absolute paths
    /// in them hit.
    let root: FilePath = "/codebuild/output/src/src"
    /// The image's environment and the few things that CodeBuild adds to it.
    let environment: [String: String]

    let engine: ContainerEngine
    let options: ContainerOptions
    /// Where the sources are, outside.
    let sources: FilePath
    /// What git in the container needs beside the sources.
    let git: VisibleRepository
    /// What the user should know, one line each.
    let warnings: [String]
    /// The names of the image's own environment.
    let hidden: [String]

    /// How long the engine may take to say what it has.
    static let patience = Duration.seconds(30)

    /// Finds the engine and the image; one that is not on this machine is pulled.
    ///
    /// - Parameters:
    ///   - options: what is wanted.
    ///   - request: what is to be built.
    ///   - patience: how long the engine may take for an answer; a pull takes as long as it takes.
    /// - Throws: `SetupError` when one of them cannot be had.
    init(
        _ options: ContainerOptions,
        for request: BuildRequest,
        patience: Duration = ContainerImage.patience
    ) async throws {
        self.options = options
        sources = request.sourceDirectory
        engine = try ContainerEngine(options.engine, request.hostEnvironment)
        let engine = engine
        async let left = ContainerImage.removeLeftovers(engine, patience)
        let list = try await ContainerImage.environment(
            of: options.image,
            engine,
            request,
            patience
        )
        git = VisibleRepository(of: request.sourceDirectory, seenAt: root)
        warnings = await left + [git.problem].compactMap { $0 }
        var variables: [String: String] = [:]
        for entry in list {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        hidden = Array(variables.keys)
        // CodeBuild: root's, whatever the image's user is.
        variables["HOME"] = "/root"
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            variables[name] = variables[name] ?? request.hostEnvironment[name]
        }
        environment = variables
    }

    func open(
        _ needs: EnvironmentRequirements,
        in directory: PrivateDirectory
    ) async throws -> any ExecutionEnvironment {
        do {
            return try await ContainerEnvironment(self, in: directory)
        } catch let error as Errno {
            throw SetupError([
                SetupError.Problem("cannot prepare '\(directory.path)' for a container: \(error)")
            ])
        }
    }

    /// Says how an image or a container could not be had.
    static func failure(_ what: String, _ engine: ContainerEngine, _ reason: String) -> SetupError {
        let words = reason.lowercased()
        let remedy =
            if words.contains("permission denied"), words.contains("socket") {
                "your user may not talk to its server; run the build as root or as a user who may, "
                    + "or choose another engine with '--engine'"
            } else if words.contains("/dev/net/tun") || words.contains("slirp4netns") {
                "a network of its own needs '/dev/net/tun': let everybody open it with 'chmod 666 "
                    + "/dev/net/tun' as root, or run with '--network host' or '--network none'"
            } else if isOfServer(words) {
                startingServer(of: engine)
            } else {
                "try it by hand with '\(engine.name) run --rm IMAGE true'"
            }
        return SetupError([
            SetupError.Problem("cannot \(what): \(engine.name) says '\(reason)'; \(remedy)")
        ])
    }
}

extension ContainerImage {
    /// Whether an engine's words, in small letters, say that its server cannot be reached.
    private static func isOfServer(_ words: String) -> Bool {
        [
            "daemon", "connect to podman", "error during connect", "docker endpoint", "docker host",
            "docker api", "podman socket", ContainerEngine.noAnswer,
        ].contains { words.contains($0) }
    }

    /// What to do where the server cannot be reached; a variable may name one that is not there.
    private static func startingServer(of engine: ContainerEngine) -> String {
        let names = ["DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST"]
        let given = names.first { name in
            engine.environment[name]?.isEmpty == false
                && name.hasPrefix("DOCKER") == engine.name.contains("docker")
        }
        guard let given, let value = engine.environment[given] else {
            return "start its server, or choose another engine with '--engine'"
        }
        return "'\(given)' is '\(value)': start the server there, unset the variable to use this "
            + "machine's, or choose another engine with '--engine'"
    }

    private static func environment(
        of image: String,
        _ engine: ContainerEngine,
        _ request: BuildRequest,
        _ patience: Duration
    ) async throws -> [String] {
        // After '--' an image's name cannot be taken for an option.
        let inspection = [
            "image", "inspect", "--format", "{{range .Config.Env}}{{printf \"%s\\x00\" .}}{{end}}",
            "--", image,
        ]
        var answer = await engine.run(inspection, within: patience)
        if answer.status != 0 {
            try Task.checkCancellation()
            if isOfServer(answer.reason.lowercased()) {
                throw failure("use the image '\(image)'", engine, answer.reason)
            }
            await request.onNotice?("'\(image)' is not on this machine; \(engine.name) pulls it")
            let pull = await engine.run(["pull", "--quiet", "--", image])
            try Task.checkCancellation()
            guard pull.status == 0 else { throw unpullable(image, engine, pull.reason) }
            answer = await engine.run(inspection, within: patience)
        }
        guard answer.status == 0 else {
            throw failure("look into the image '\(image)'", engine, answer.reason)
        }
        return answer.output.split(whereSeparator: { $0 == 0 || $0 == UInt8(ascii: "\n") })
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func unpullable(
        _ image: String,
        _ engine: ContainerEngine,
        _ reason: String
    ) -> SetupError {
        let words = reason.lowercased()
        if isOfServer(words) {
            return failure("use the image '\(image)'", engine, reason)
        }
        return SetupError([
            SetupError.Problem(
                "the image '\(image)' is not on this machine and cannot be pulled: \(engine.name) says "
                    + "'\(reason)'; check the name, or log in with '\(engine.name) login'"
            )
        ])
    }
}

extension ContainerImage {
    /// The label by which a later build knows whose container it was: agents that share an engine may
    /// each be in a container of their own, or on machines of their own, and count processes alike.
    static var label: String { "buildspec.processes=\(Machine.processSpace)" }

    /// The name of the container of a build in this process.
    ///
    /// - Parameter directory: the build's private directory, whose name no other build has.
    /// - Returns: the name.
    static func name(for directory: FilePath) -> String {
        let unique = directory.lastComponent?.string.split(separator: "-").last ?? "build"
        return "buildspec-\(getpid())-\(unique)"
    }

    /// Removes containers of builds that are not there any more, such as killed ones whose engine
    /// was killed too.
    ///
    /// - Returns: what was removed, one line each.
    private static func removeLeftovers(
        _ engine: ContainerEngine,
        _ patience: Duration
    ) async -> [String] {
        let list = await engine.run(
            ["ps", "--all", "--filter", "label=\(label)", "--format", "{{.Names}}"],
            within: patience
        )
        guard list.status == 0 else { return [] }
        var warnings: [String] = []
        for line in String(decoding: list.output, as: UTF8.self).split(whereSeparator: \.isNewline)
        {
            let parts = line.split(separator: "-")
            guard parts.count == 3, parts[0] == "buildspec", let process = pid_t(parts[1]),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            let removal = await engine.run(["rm", "--force", String(line)], within: patience)
            warnings.append(
                removal.status == 0
                    ? "the container '\(line)' of an earlier build was still there and is removed"
                    : "the container '\(line)' of an earlier build is still there and cannot be "
                        + "removed: \(removal.reason)"
            )
        }
        return warnings
    }
}
