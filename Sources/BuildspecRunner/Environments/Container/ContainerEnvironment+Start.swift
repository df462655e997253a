internal import BuildspecFiles
internal import Dispatch
internal import SystemPackage

/// Starts and removes a container.
extension ContainerEnvironment {
    static func start(
        _ image: ContainerImage,
        _ name: String,
        _ directory: FilePath,
        _ relay: HashFilesRelay
    ) async throws -> ContainerConnection {
        let errors = directory.appending("engine.txt")
        let network = image.options.network
        let (parents, hidden) = try hidingMounts(image, directory)
        let arguments = ContainerArguments(image: image, name: name, network: network).start(
            mounting: mounts(image, relay.sources, directory) + parents,
            reading: [image.git.repository].compactMap { $0 }.map { ($0.outside, $0.inside) }
                + hidden,
            running: ContainerAgentScript.mainAgent(hiding: image.variableNames)
        )
        let connection: ContainerConnection
        do {
            let client = try ContainerClient(image.engine, arguments, errors: errors)
            connection = ContainerConnection(client) { word, rest, connection in
                switch word {
                case "here":
                    spare(rest, by: connection)
                case "ask":
                    DispatchQueue.global().async {
                        if let asker = relay.answer(rest) { connection.send("answer \(asker)") }
                    }
                default:
                    break
                }
            }
        } catch {
            throw ContainerImage.failure("start a container", image.engine, "\(error)")
        }
        if await connection.waitForStart(of: ["hear", "work", "watch"]) { return connection }
        await remove(name, connection, image.engine, directory)
        try Task.checkCancellation()
        throw startError(image, reason(in: errors))
    }

    /// Returns the directories that commands can write to, outside and inside.
    private static func mounts(
        _ image: ContainerImage,
        _ sources: FilePath,
        _ directory: FilePath
    ) -> [(FilePath, FilePath)] {
        // Commands cannot remove a mounted directory, so they cannot replace one that the runner uses
        // by a link.
        let mountPoints = ["answers", "cache", "sources"].filter {
            FileProbe(directory.appending($0)) != nil
        }
        return [(sources, image.root), (directory, ContainerAgentScript.directory)]
            + mountPoints.map {
                (directory.appending($0), ContainerAgentScript.directory.appending($0))
            }
    }

    /// Returns the mounts that hide closed directories in the sources by an empty one, and those of the
    /// directories above, which commands could rename otherwise.
    private static func hidingMounts(
        _ image: ContainerImage,
        _ directory: FilePath
    ) throws -> (parents: [(FilePath, FilePath)], hidden: [(FilePath, FilePath)]) {
        var parents: [FilePath: FilePath] = [:]
        var hidden: [(FilePath, FilePath)] = []
        for closed in image.closed {
            try closed.create()
            var rest = closed.path
            _ = rest.removePrefix(ClosedDirectory.resolved(image.sources))
            var (outside, inside) = (image.sources, image.root)
            for name in rest.components.dropLast() {
                outside.append(name)
                inside.append(name)
                parents[outside] = inside
            }
            hidden.append((directory.appending("empty"), image.root.appending(rest.components)))
        }
        return (parents.map { ($0.key, $0.value) }, hidden)
    }

    /// Runs a script in a new container of the image, without a network, as the container's root.
    func runInNewContainer(_ script: String) async -> ContainerEngine.RunResult {
        let arguments = ContainerArguments(image: image, name: name + "last", network: "none")
        return await image.engine.run(
            arguments.start(
                mounting: ContainerEnvironment.mounts(image, sources, directory),
                running: ["-c", script]
            )
        )
    }

    static func startError(_ image: ContainerImage, _ reason: String) -> SetupError {
        if reason.contains("/bin/sh"), reason.contains("no such file") {
            return SetupError(
                "the image '\(image.options.image)' has no '/bin/sh', which a build needs; choose "
                    + "another image"
            )
        }
        return ContainerImage.failure(
            "start a container of the image '\(image.options.image)'",
            image.engine,
            reason
        )
    }

    /// Excludes an agent's process, by its message `NAME NUMBER`, from the signals that end the build's
    /// processes.
    static func spare(_ start: String, by main: ContainerConnection) {
        let parts = start.split(separator: " ")
        if parts.count == 2, let process = Int32(parts[1]) { main.send("spare \(process)") }
    }

    /// Ends the container by closing its input, and removes a container that does not end.
    static func remove(
        _ name: String,
        _ connection: ContainerConnection,
        _ engine: ContainerEngine,
        _ directory: FilePath
    ) async {
        connection.close()
        if await connection.waitForEnd(within: .seconds(10)), !connection.wasDestroyed { return }
        let errors = directory.appending("removal.txt")
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let removal = try? ContainerClient(engine, ["rm", "--force", name], errors: errors)
                removal?.wait(atMost: .seconds(20))
                continuation.resume()
            }
        }
        connection.destroy()
    }

    /// Returns the cause that a file of the engine's messages names.
    static func reason(in errors: FilePath) -> String {
        let bytes = (try? SmallFile.read(errors)) ?? []
        return ContainerEngine.reason(in: String(decoding: bytes, as: UTF8.self))
    }
}
