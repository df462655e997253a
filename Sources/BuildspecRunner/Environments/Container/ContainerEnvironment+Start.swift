internal import BuildspecFiles
internal import Dispatch
internal import SystemPackage

/// Starting a container and making sure that it is gone.
extension ContainerEnvironment {
    static func start(
        _ image: ContainerImage,
        _ name: String,
        _ sources: FilePath,
        _ directory: FilePath,
        _ questions: HashFilesRelay
    ) async throws -> ContainerConnection {
        let errors = directory.appending("engine.txt")
        let arguments = ContainerArguments(image, name: name).start(
            mounting: mounts(image, sources, directory),
            showing: [image.git.repository].compactMap { $0 }.map { ($0.outside, $0.inside) },
            running: ContainerAgentScript.first(hiding: image.hidden)
        )
        let channel: ContainerConnection
        do {
            let client = try ContainerClient(image.engine, arguments, errors: errors)
            channel = ContainerConnection(client) { word, rest, channel in
                switch word {
                case "here":
                    spare(rest, by: channel)
                case "ask":
                    DispatchQueue.global().async {
                        if let asker = questions.answer(rest) { channel.send("answer \(asker)") }
                    }
                default:
                    break
                }
            }
        } catch {
            throw ContainerImage.failure("start a container", image.engine, "\(error)")
        }
        let isThere = await withTaskCancellationHandler {
            await channel.arrival(of: ["hear", "work", "watch"])
        } onCancel: {
            channel.destroy()
        }
        if isThere { return channel }
        await remove(name, channel, image.engine, directory)
        try Task.checkCancellation()
        throw notStarted(image, reason(errors))
    }

    /// The directories that commands can write to, outside and inside.
    private static func mounts(
        _ image: ContainerImage,
        _ sources: FilePath,
        _ directory: FilePath
    ) -> [(FilePath, FilePath)] {
        // What is mounted cannot be removed: no command can put a link in place of a directory that
        // the runner, who is outside, goes on using.
        let kept = ["answers", "cache", "sources"].filter {
            FileProbe(directory.appending($0)) != nil
        }
        return [(sources, image.root), (directory, ContainerAgentScript.directory)]
            + kept.map { (directory.appending($0), ContainerAgentScript.directory.appending($0)) }
    }

    /// Runs a script in a container of its own, without a network, as the container's root.
    func lastContainer(running script: String) async -> ContainerEngine.Answer {
        var arguments = ContainerArguments(image, name: name + "last")
        arguments.network = "none"
        return await image.engine.run(
            arguments.start(
                mounting: ContainerEnvironment.mounts(image, sources, directory),
                running: ["-c", script]
            )
        )
    }

    static func notStarted(_ image: ContainerImage, _ reason: String) -> SetupError {
        if reason.contains("/bin/sh"), reason.contains("no such file") {
            return SetupError([
                SetupError.Problem(
                    "the image '\(image.options.image)' has no '/bin/sh', which a build needs; choose "
                        + "another image"
                )
            ])
        }
        return ContainerImage.failure(
            "start a container of the image '\(image.options.image)'",
            image.engine,
            reason
        )
    }

    /// Spares a listener's process when the build's are ended: `NAME NUMBER`.
    static func spare(_ arrival: String, by first: ContainerConnection) {
        let parts = arrival.split(separator: " ")
        if parts.count == 2, let process = Int32(parts[1]) { first.send("spare \(process)") }
    }

    /// Ends the container, by the end of its input if it can be, and makes sure that it is gone.
    static func remove(
        _ name: String,
        _ channel: ContainerConnection,
        _ engine: ContainerEngine,
        _ directory: FilePath
    ) async {
        channel.close()
        if await channel.ended(within: .seconds(10)), !channel.wasDestroyed { return }
        let errors = directory.appending("removal.txt")
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let removal = try? ContainerClient(engine, ["rm", "--force", name], errors: errors)
                removal?.wait(atMost: .seconds(20))
                continuation.resume()
            }
        }
        channel.destroy()
    }

    static func reason(_ errors: FilePath) -> String {
        let bytes = (try? SmallFile.read(errors)) ?? []
        return ContainerEngine.reason(in: String(decoding: bytes, as: UTF8.self))
    }
}
