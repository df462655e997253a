import Subprocess
import SystemPackage
import TestSupport

/// The built command, run as a user runs it.
enum BuildspecProcess {
    /// What came of it.
    struct Outcome: Sendable {
        /// The exit status; minus the signal's number when a signal ended it.
        var status: Int32
        var output: String
        var error: String
        /// When the work beside it was done.
        var bodyEnd = ContinuousClock.now
    }

    /// The built program, which lies beside the test bundle.
    static var path: FilePath {
        let bundle = FilePath(CommandLine.arguments[0])
        return bundle.removingLastComponent().appending("buildspec")
    }

    /// The environment of every run; nothing of the user's machine is touched.
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

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - arguments: its arguments.
    ///   - directory: where it runs; its home directory is `home` in it.
    ///   - environment: further variables.
    ///   - user: the number of the user that runs it, if it is another one.
    ///   - body: what to do while it runs.
    /// - Returns: what came of it.
    /// - Throws: when it cannot be started.
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

    /// Runs a buildspec in a directory of its own.
    ///
    /// - Parameters:
    ///   - buildspec: the text of `buildspec.yml`.
    ///   - arguments: arguments behind `run`.
    /// - Returns: what came of it.
    /// - Throws: when it cannot be started.
    static func run(buildspec: String, _ arguments: String...) async throws -> Outcome {
        let directory = try TemporaryDirectory()
        try directory.write(buildspec, to: "buildspec.yml")
        return try await run(
            ["run", "--cache", "none", "--project", "p"] + arguments,
            in: directory
        )
    }
}
