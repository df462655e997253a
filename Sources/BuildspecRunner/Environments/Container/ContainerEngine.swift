internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// The program that runs containers: podman, docker, or one that takes the same arguments.
struct ContainerEngine: Sendable {
    let program: FilePath
    /// The environment variables by which the program finds its configuration and its server.
    let environment: [String: String]

    /// The name for messages: `podman`.
    var name: String { program.lastComponent?.string ?? program.string }

    /// Finds the program by a name on the `PATH` or by a path; `nil` finds podman, else docker.
    init(_ requested: String?, _ environment: [String: String]) throws {
        self.environment = environment
        if let requested, requested.contains("/") {
            program = FilePath(requested)
            guard FileProbe(program)?.isExecutable == true else {
                throw SetupError(
                    "--engine: there is no program '\(requested)'; name podman or docker, or the "
                        + "path of one of them"
                )
            }
            return
        }
        let names = requested.map { [$0] } ?? ["podman", "docker"]
        let candidates = names.flatMap { SearchPath.candidates(for: $0, in: environment["PATH"]) }
        guard let found = candidates.first(where: { FileProbe($0)?.isExecutable == true }) else {
            let missing =
                requested.map { "'\($0)' is not" } ?? "neither 'podman' nor 'docker' is"
            throw SetupError(
                "--image: \(missing) on the PATH; install an engine, or name its path with "
                    + "'--engine PATH'"
            )
        }
        program = found
    }

    /// The result of a command of the engine.
    struct RunResult: Sendable {
        /// The exit status; 126 if the engine could not be started.
        var status: Int32
        var output: [UInt8]
        var errors: String

        /// The line of the errors that names the cause, without the engine's decoration.
        var reason: String { ContainerEngine.reason(in: errors) }
    }

    /// Runs a short command of the engine, and ends it with the status 124 after a time.
    ///
    /// A server may accept a connection and never answer.
    func run(_ arguments: [String], within limit: Duration) async -> RunResult {
        await withTaskGroup(of: RunResult?.self) { group in
            group.addTask { await run(arguments) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
                ?? RunResult(
                    status: 124,
                    output: [],
                    errors: "\(ContainerEngine.timeoutPrefix) \(limit.inTenths)"
                )
        }
    }

    /// The beginning of the message for a server that did not answer in time.
    static let timeoutPrefix = "nothing within"

    /// Runs a command of the engine to its end, and ends it if the task is cancelled.
    func run(_ arguments: [String]) async -> RunResult {
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .path(program),
                arguments: Arguments(arguments),
                environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
                platformOptions: PlatformOptions(runningAs: nil),
                input: .none,
                output: .bytes(limit: 1 << 22),
                error: .bytes(limit: 1 << 22)
            )
            return RunResult(
                status: result.terminationStatus.number,
                output: result.standardOutput,
                errors: String(decoding: result.standardError, as: UTF8.self)
            )
        } catch {
            return RunResult(status: 126, output: [], errors: "it cannot be run: \(error)")
        }
    }

    /// Returns the line that names the cause: the last one that is marked as an error, else the last one.
    static func reason(in errors: String) -> String {
        let lines = errors.split { $0.isNewline }
            .map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.isEmpty && !$0.hasPrefix("See '") && !$0.hasPrefix("Run '") }
        let marked = lines.last { line in
            ["error", "docker: "].contains { line.lowercased().hasPrefix($0) }
        }
        var reason = (marked ?? lines.last).map(String.init) ?? "nothing"
        for prefix in ["docker: ", "Error response from daemon: ", "ERROR: ", "Error: ", "error: "]
        where reason.hasPrefix(prefix) {
            reason.removeFirst(prefix.count)
        }
        // Podman quotes the lines of other programs, with their warnings.
        reason = reason.split(separator: "\\n").map { line in
            line.prefix(upTo: line.firstRange(of: "WARNING:")?.lowerBound ?? line.endIndex)
        }.joined(separator: " ")
        while reason.hasSuffix(".") { reason.removeLast() }
        return reason.count <= 400 ? reason : "\(reason.prefix(400))…"
    }
}
