internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The program that runs containers: podman, docker, or one that takes the same arguments.
struct ContainerEngine: Sendable {
    /// Where it is.
    let program: FilePath
    /// The environment in which it runs: it finds its configuration and its server by it.
    let environment: [String: String]

    /// What people call it: `podman`.
    var name: String { program.lastComponent?.string ?? program.string }

    /// Finds it.
    ///
    /// - Parameters:
    ///   - wanted: a name to look for on the `PATH`, or a path; `nil` takes podman, else docker.
    ///   - environment: this machine's environment.
    /// - Throws: `SetupError` when it is not there.
    init(_ wanted: String?, _ environment: [String: String]) throws {
        self.environment = environment
        if let wanted, wanted.contains("/") {
            program = FilePath(wanted)
            guard FileProbe(program)?.isExecutable == true else {
                throw SetupError([
                    SetupError.Problem(
                        "--engine: there is no program '\(wanted)'; name podman or docker, or where one "
                            + "of them is"
                    )
                ])
            }
            return
        }
        let path = environment["PATH"] ?? BuildEnvironment.standardPath
        let directories = path.split(separator: ":").filter { $0.hasPrefix("/") }
        let names = wanted.map { [$0] } ?? ["podman", "docker"]
        let places = names.flatMap { name in
            directories.map { FilePath(String($0)).appending(name) }
        }
        guard let found = places.first(where: { FileProbe($0)?.isExecutable == true }) else {
            let missing =
                wanted.map { "'\($0)' is not" } ?? "neither 'podman' nor 'docker' is"
            throw SetupError([
                SetupError.Problem(
                    "--image: \(missing) on the PATH; install an engine, or say where it is with "
                        + "'--engine PATH'"
                )
            ])
        }
        program = found
    }

    /// What a short-lived program of the engine came to.
    struct Answer: Sendable {
        /// The exit status; 126 when it could not be started.
        var status: Int32
        /// Its standard output.
        var output: [UInt8]
        /// Its standard error.
        var errors: String

        /// The line of the errors that says why, without the engine's decoration.
        var reason: String { ContainerEngine.reason(in: errors) }
    }

    /// Runs the engine for something that takes no time, and ends it when the time is over.
    ///
    /// A server may accept a connection and never answer.
    ///
    /// - Parameters:
    ///   - arguments: its arguments.
    ///   - limit: the longest time that it may take.
    /// - Returns: what it came to; an answer of status 124 when it took longer.
    func run(_ arguments: [String], within limit: Duration) async -> Answer {
        await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await run(arguments) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
                ?? Answer(status: 124, output: [], errors: ContainerEngine.silence(limit))
        }
    }

    /// What is said in place of a server that has said nothing.
    private static func silence(_ limit: Duration) -> String { "\(noAnswer) \(limit.inTenths)" }

    /// How the words begin that stand in place of an answer.
    static let noAnswer = "nothing within"

    /// Runs the engine to its end; ends it when the task is cancelled.
    func run(_ arguments: [String]) async -> Answer {
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        var options = PlatformOptions()
        options.createSession = true
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .path(program),
                arguments: Arguments(arguments),
                environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
                platformOptions: options,
                input: .none,
                output: .bytes(limit: 1 << 22),
                error: .bytes(limit: 1 << 22)
            )
            let status: Int32 =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return Answer(
                status: status,
                output: result.standardOutput,
                errors: String(decoding: result.standardError, as: UTF8.self)
            )
        } catch {
            return Answer(status: 126, output: [], errors: "it cannot be run: \(error)")
        }
    }

    /// The line that says why something failed: the last that is marked as an error, else the last.
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
        while reason.hasSuffix(".") { reason.removeLast() }
        return reason.count <= 400 ? reason : "\(reason.prefix(400))…"
    }
}
