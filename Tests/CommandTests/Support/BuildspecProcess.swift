import Subprocess
import SystemPackage
import TestSupport

/// The built command, run as a user runs it.
enum BuildspecProcess {
    /// The result of a run.
    struct Outcome: Sendable {
        /// The exit status, or minus the number of the signal that ended the process.
        var status: Int32
        var output: String
        var error: String
        /// The time at which the closure of the run returned.
        var bodyEnd = ContinuousClock.now
    }

    /// The built program, which is in the directory of the test bundle.
    static var path: FilePath {
        let bundle = FilePath(CommandLine.arguments[0])
        return bundle.removingLastComponent().appending("buildspec")
    }

    /// Returns the environment of every run, whose home directory is `home` in `directory`.
    static func environment(in directory: TemporaryDirectory) -> [Environment.Key: String] {
        [
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": directory.path.appending("home").string,
            "USER": "tess",
            "TMPDIR": "/tmp",
            "NO_COLOR": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }

    /// Runs the command to its end.
    ///
    /// - Parameters:
    ///   - arguments: The arguments.
    ///   - directory: The working directory; the home directory is `home` in it.
    ///   - environment: Further variables.
    ///   - user: The number of another user that runs the command.
    ///   - body: A closure that runs at the same time.
    /// - Returns: The result.
    /// - Throws: An error if the command cannot be started, or the error of `body`.
    static func run(
        _ arguments: [String],
        in directory: TemporaryDirectory,
        environment: [Environment.Key: String] = [:],
        user: UInt32? = nil,
        while body: @escaping @Sendable (ProcessIdentifier) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        let variables = Self.environment(in: directory).merging(environment) { $1 }
        let switching = user.map {
            ["--reuid=\($0)", "--regid=\($0)", "--clear-groups", "--", path.string]
        }
        let result = try await Subprocess.run(
            .path(user == nil ? path : "/usr/bin/setpriv"),
            arguments: Arguments((switching ?? []) + arguments),
            environment: .custom(variables),
            workingDirectory: directory.path,
            input: .none,
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 24)
        ) {
            try await body($0.processIdentifier)
            return ContinuousClock.now
        }
        let status =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        return Outcome(
            status: status,
            output: result.standardOutput,
            error: result.standardError,
            bodyEnd: result.closureResult
        )
    }

    /// Runs a buildspec in a new directory, without a cache.
    ///
    /// - Parameters:
    ///   - buildspec: The text of `buildspec.yml`.
    ///   - arguments: The arguments after `run`.
    /// - Returns: The result.
    /// - Throws: An error if the command cannot be started.
    static func run(buildspec: String, _ arguments: String...) async throws -> Outcome {
        let directory = try TemporaryDirectory()
        try directory.write(buildspec, to: "buildspec.yml")
        return try await run(
            ["run", "--cache", "none", "--project", "p"] + arguments,
            in: directory
        )
    }
}

extension Dictionary where Key == Environment.Key, Value == String {
    /// Creates the variables of a process from names and values.
    init(strings: [String: String]) {
        self = strings.reduce(into: [:]) { $0[Environment.Key(stringLiteral: $1.key)] = $1.value }
    }
}
