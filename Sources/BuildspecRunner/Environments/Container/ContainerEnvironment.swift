internal import BuildspecFiles
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A container that runs all commands of a build.
///
/// The sources and the private directory are mounted; commands run through `ContainerAgentScript`. The
/// container ends when its input ends, so it cannot outlive the build, and the engine then removes it.
final class ContainerEnvironment: ExecutionEnvironment {
    let root: FilePath
    let notes: [String]
    let warnings: [String]
    let serviceVariables: [String: String]
    /// The source root outside: the user's, or a copy.
    let sources: FilePath
    /// The directory outside in which the cache finds absolute paths.
    let cacheRoot: FilePath
    /// The owner, on this machine, of the files that the container's root creates.
    let fileOwner: uid_t
    /// The connection with the agent that the container started with.
    let mainConnection: ContainerConnection

    let image: ContainerImage
    let name: String
    let directory: FilePath
    private let accounts: [UserAccount]
    private let userConnections = Mutex<[uid_t: ContainerConnection]>([:])

    /// Starts the container; a failure is a `SetupError` and leaves nothing.
    init(_ image: ContainerImage, in directory: PrivateDirectory) async throws {
        self.image = image
        self.directory = directory.path
        root = image.root
        warnings = image.warnings
        serviceVariables = ["CODEBUILD_BUILD_IMAGE": image.options.image]
        name = ContainerImage.name(for: directory.path)
        cacheRoot = try directory.createDirectory("cache")
        if !image.closed.isEmpty { _ = try directory.createOpenDirectory("empty") }
        let relay = HashFilesRelay(
            sources: image.options.copiesSource
                ? try directory.createDirectory("sources") : image.sources,
            root: image.root,
            answerDirectory: try directory.createDirectory("answers")
        )
        sources = relay.sources
        try SmallFile.write(
            HashFilesRelay.script,
            to: directory.path.appending("hash-files"),
            permissions: [
                .ownerReadWriteExecute, .groupRead, .groupExecute, .otherRead, .otherExecute,
            ]
        )
        if image.options.copiesSource {
            try await SourceCopy.make(of: image.sources, in: sources)
        }
        signal(SIGPIPE, SIG_IGN)  // A container that ends early must not end this process.
        let start = ContinuousClock.now
        mainConnection = try await ContainerEnvironment.start(image, name, directory.path, relay)
        notes = [
            "container: '\(image.options.image)' started by \(image.engine.name) in "
                + (ContinuousClock.now - start).inTenths
        ]
        do {
            fileOwner = try FileOwner.of(directory.path.appending("owner"))
            accounts = UserAccount.list(
                passwd: (try? SmallFile.read(directory.path.appending("passwd"))) ?? []
            )
            if let ownershipArguments { mainConnection.send("hand \(ownershipArguments)") }
        } catch {
            await ContainerEnvironment.remove(name, mainConnection, image.engine, directory.path)
            throw ContainerImage.failure(
                "share a directory with the container",
                image.engine,
                "\(error)"
            )
        }
    }

    func close() async {
        for connection in userConnections.withLock({ $0.values }) { connection.close() }
        await ContainerEnvironment.remove(name, mainConnection, image.engine, directory)
    }
}

extension ContainerEnvironment {
    var locationText: String { "in the image '\(image.options.image)'" }

    var defaultUser: String { "root" }

    func pathInside(_ path: FilePath) -> FilePath {
        var rest = path
        guard rest.removePrefix(directory) else { return path }
        return ContainerAgentScript.directory.pushing(rest)
    }

    func pathOutside(_ path: String) throws(UnreachablePath) -> String {
        guard path.hasPrefix("/") else { return path }
        if path == root.string { return sources.string }
        let prefix = root.string + "/"
        if path.hasPrefix(prefix) { return sources.string + "/" + path.dropFirst(prefix.count) }
        throw UnreachablePath(
            description: "'\(path)' is in the container; only files in the sources can be collected"
        )
    }

    func programInside(_ program: FilePath) -> FilePath? {
        pathInside(directory.appending("hash-files"))
    }

    func firstProgram(of paths: [FilePath]) async -> FilePath? {
        guard !paths.isEmpty else { return nil }
        let names = paths.map { ShellText.alwaysQuoted($0.string) }.joined(separator: " ")
        let script = """
            number=0
            for path in \(names); do
                [ -f "$path" ] && [ -x "$path" ] && exit $number
                number=$((number + 1))
            done
            exit 255

            """
        // The exit status of the script is an index.
        guard paths.count < 255, let status = try? await run(script: script), status < paths.count
        else { return nil }
        return paths[Int(status)]
    }

    func obstacle(toRunningAs name: String) -> String? {
        if geteuid() == 0 { return nil }
        return " in a container; only root can give the build's state to another user: start "
            + "the build as root, or remove the key"
    }

    func account(named name: String) async -> UserAccount? {
        if let known = accounts.first(where: { $0.name == name }) { return known }
        // A command may have created the user since.
        let copy = directory.appending("passwd-now")
        let script = "cat /etc/passwd >\(ShellText.alwaysQuoted(pathInside(copy).string))\n"
        guard let status = try? await run(script: script), status == 0 else { return nil }
        let current = UserAccount.list(passwd: (try? SmallFile.readRegular(copy)) ?? [])
        return current.first { $0.name == name }
    }

    func processSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        engineExec([], program, arguments, in: directory, as: user)
    }

    func terminalProcessSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        engineExec(["--interactive", "--tty"], program, arguments, in: directory, as: user)
    }

    private func engineExec(
        _ options: [String],
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        ProcessSpec(
            program: image.engine.program,
            arguments: ["exec"] + options + [
                "--user", user?.name ?? "0:0", "--workdir", pathInside(directory).string, name,
                program.string,
            ] + arguments,
            directory: directory,
            user: nil,
            environment: image.engine.environment
        )
    }

    func commandExecutor(
        output: OutputMultiplexer,
        groups: ProcessGroups,
        grace: Duration
    ) -> any CommandExecutor {
        output.makeInputNonblocking()
        mainConnection.forwardOutput(to: output)
        groups.addKillHandler { [mainConnection] in mainConnection.send("kill KILL") }
        return ContainerCommandExecutor(execution: self, output: output, grace: grace)
    }

    /// Returns the connection with the agent that runs a user's commands, and starts the agent if needed.
    func connection(for user: UserAccount?) async throws -> ContainerConnection {
        guard let user else { return mainConnection }
        // A command may have killed all processes of its user.
        if let connection = userConnections.withLock({ $0[user.userID] }), !connection.hasEnded {
            return connection
        }
        let errors = directory.appending("engine-\(user.userID).txt")
        let connection = ContainerConnection(
            try ContainerClient(
                image.engine,
                ["exec", "--interactive", "--user", user.name, name, "/bin/sh"]
                    + ContainerAgentScript.userAgent(hiding: image.variableNames),
                errors: errors
            ),
            for: user.name
        ) { [mainConnection] word, rest, _ in
            if word == "here" { ContainerEnvironment.spare(rest, by: mainConnection) }
        }
        guard await connection.waitForStart(of: ["work"]) else {
            throw UnreachablePath(
                description: "\(image.engine.name) says "
                    + "'\(ContainerEnvironment.reason(in: errors))'"
            )
        }
        userConnections.withLock { $0[user.userID] = connection }
        return connection
    }

    /// Runs a script of the runner as the container's root, and returns its exit status.
    func run(script: String) async throws -> Int32 {
        let file = directory.appending("runner.sh")
        try SmallFile.write(Array(script.utf8), to: file)
        return try await mainConnection.run(
            ["/bin/sh", pathInside(file).string],
            in: ContainerAgentScript.directory,
            outputFile: nil
        )
    }
}
