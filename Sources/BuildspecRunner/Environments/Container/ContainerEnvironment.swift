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

/// One container for all of a build.
///
/// Sources and private directory are mounted; commands run through `ContainerAgentScript`. The container
/// ends when its input does, so it cannot outlive the build, and the engine removes it then.
final class ContainerEnvironment: ExecutionEnvironment {
    let root: FilePath
    let notes: [String]
    let warnings: [String]
    let serviceVariables: [String: String]
    /// The source root outside: the user's own, or a copy.
    let sources: FilePath
    /// Where absolute paths of the cache begin, outside.
    let cacheTop: FilePath
    /// Whose the files are that the container's root makes, as this machine sees it.
    let owner: uid_t
    /// The first listener.
    let first: ContainerConnection

    let image: ContainerImage
    let name: String
    let directory: FilePath
    private let accounts: [ImageAccount]
    private let further = Mutex<[uid_t: ContainerConnection]>([:])

    /// Starts the container.
    ///
    /// - Parameters:
    ///   - image: the image and its engine.
    ///   - directory: the build's private directory.
    /// - Throws: `SetupError` when it cannot be started; nothing is left then.
    init(_ image: ContainerImage, in directory: PrivateDirectory) async throws {
        self.image = image
        self.directory = directory.path
        root = image.root
        warnings = image.warnings
        serviceVariables = ["CODEBUILD_BUILD_IMAGE": image.options.image]
        name = ContainerImage.name(for: directory.path)
        cacheTop = try directory.createDirectory("cache")
        let questions = HashFilesRelay(
            sources: image.options.copiesSource
                ? try directory.createDirectory("sources") : image.sources,
            root: image.root,
            answers: try directory.createDirectory("answers")
        )
        sources = questions.sources
        try SmallFile.write(
            HashFilesRelay.script,
            to: directory.path.appending("hash-files"),
            permissions: .program
        )
        if image.options.copiesSource {
            try await SourceCopy.make(of: image.sources, in: sources)
        }
        signal(SIGPIPE, SIG_IGN)  // A container that ends early must not end this process.
        let start = ContinuousClock.now
        first = try await ContainerEnvironment.start(
            image,
            name,
            sources,
            directory.path,
            questions
        )
        notes = [
            "container: '\(image.options.image)' started by \(image.engine.name) in "
                + (ContinuousClock.now - start).inTenths
        ]
        do {
            owner = try FileOwner.of(directory.path.appending("owner"))
            accounts = ImageAccount.list(
                (try? SmallFile.read(directory.path.appending("passwd"))) ?? []
            )
            if let handing { first.send("hand \(handing)") }
        } catch {
            await ContainerEnvironment.remove(name, first, image.engine, directory.path)
            throw ContainerImage.failure(
                "share a directory with the container",
                image.engine,
                "\(error)"
            )
        }
    }

    func close() async {
        for channel in further.withLock({ $0.values }) { channel.close() }
        await ContainerEnvironment.remove(name, first, image.engine, directory)
    }
}

extension ContainerEnvironment {
    var whereabouts: String { "in the image '\(image.options.image)'" }

    var ownUser: String { "root" }

    func inside(_ path: FilePath) -> FilePath {
        var rest = path
        guard rest.removePrefix(directory) else { return path }
        return ContainerAgentScript.directory.pushing(rest)
    }

    func outside(_ path: String) throws(UnreachablePath) -> String {
        guard path.hasPrefix("/") else { return path }
        if path == root.string { return sources.string }
        let prefix = root.string + "/"
        if path.hasPrefix(prefix) { return sources.string + "/" + path.dropFirst(prefix.count) }
        throw UnreachablePath(
            description: "'\(path)' is the container's own; only what lies in the sources can be "
                + "taken from there"
        )
    }

    func programInside(_ program: FilePath) -> FilePath? {
        inside(directory.appending("hash-files"))
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
        // An exit status has room for no more.
        guard paths.count < 255, let status = try? await run(script: script), status < paths.count
        else { return nil }
        return paths[Int(status)]
    }

    func obstacle(toRunningAs name: String) -> String? {
        guard geteuid() == 0 else {
            return " in a container; only root can hand the build's state from user to user: start "
                + "the build as root, or remove the key"
        }
        return nil
    }

    func account(named name: String) async -> UserAccount? {
        if let known = accounts.first(where: { $0.account.name == name }) { return known.account }
        // A command may have made it since.
        let copy = directory.appending("passwd-now")
        let script = """
            cat /etc/passwd >\(ShellText.alwaysQuoted(inside(copy).string))

            """
        guard let status = try? await run(script: script), status == 0 else { return nil }
        let now = ImageAccount.list((try? SmallFile.readPlain(copy)) ?? [])
        return now.first { $0.account.name == name }?.account
    }

    func launch(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        execution([], program, arguments, in: directory, as: user)
    }

    func launchOnTerminal(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        execution(["--interactive", "--tty"], program, arguments, in: directory, as: user)
    }

    private func execution(
        _ options: [String],
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        ProcessSpec(
            program: image.engine.program,
            arguments: ["exec"] + options + [
                "--user", user?.name ?? "0:0", "--workdir", inside(directory).string, name,
                program.string,
            ] + arguments,
            directory: directory,
            user: nil,
            environment: image.engine.environment
        )
    }

    func processes(
        output pump: OutputMultiplexer,
        groups: ProcessGroups,
        grace: Duration
    ) -> any CommandExecutor {
        pump.takeOffers()
        first.connect(to: pump)
        groups.alsoKill { [first] in first.send("kill KILL") }
        return ContainerProcesses(place: self, pump: pump, grace: grace)
    }

    /// The listener that runs commands as a user; started when first asked for.
    ///
    /// - Throws: when it cannot be started.
    func channel(of user: UserAccount?) async throws -> ContainerConnection {
        guard let user else { return first }
        // A command may have killed all of its user's processes.
        if let channel = further.withLock({ $0[user.userID] }), !channel.hasEnded { return channel }
        let errors = directory.appending("engine-\(user.userID).txt")
        let channel = ContainerConnection(
            try ContainerClient(
                image.engine,
                ["exec", "--interactive", "--user", user.name, name, "/bin/sh"]
                    + ContainerAgentScript.further(hiding: image.hidden),
                errors: errors
            ),
            of: user.name
        ) { [first] word, rest, _ in
            if word == "here" { ContainerEnvironment.spare(rest, by: first) }
        }
        let isThere = await withTaskCancellationHandler {
            await channel.arrival(of: ["work"])
        } onCancel: {
            channel.destroy()
        }
        guard isThere else {
            throw UnreachablePath(
                description: "\(image.engine.name) says "
                    + "'\(ContainerEnvironment.reason(errors))'"
            )
        }
        further.withLock { $0[user.userID] = channel }
        return channel
    }

    /// Runs a script of the runner's own as the container's root.
    ///
    /// - Returns: its exit status.
    /// - Throws: `Errno`, or `ContainerConnection.Broken`.
    func run(script: String) async throws -> Int32 {
        let file = directory.appending("runner.sh")
        try SmallFile.write(Array(script.utf8), to: file)
        return try await first.run(
            ["/bin/sh", inside(file).string],
            in: ContainerAgentScript.directory,
            output: nil
        )
    }
}

extension FilePermissions {
    fileprivate static var program: FilePermissions {
        [.ownerReadWriteExecute, .groupRead, .groupExecute, .otherRead, .otherExecute]
    }
}
