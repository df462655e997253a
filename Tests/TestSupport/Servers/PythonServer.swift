internal import Subprocess
internal import SystemPackage

/// A server in Python that runs while a closure does.
///
/// The program prints its port, and ends at the end of its standard input, so it never outlives the
/// test run.
package enum PythonServer {
    /// Starts a program, and ends it when `body` returns.
    ///
    /// - Parameters:
    ///   - program: The text of the program.
    ///   - arguments: The items of `sys.argv` from 1.
    ///   - interpreter: A name, or a path with a slash.
    ///   - body: The closure that uses the port.
    /// - Throws: An error if the program prints no port, or the error of `body`.
    package static func run(
        _ program: String,
        _ arguments: [String] = [],
        interpreter: String = "python3",
        _ body: (Int) async throws -> Void
    ) async throws {
        try await run(["-c", program] + arguments, by: interpreter, body)
    }

    /// Starts a program of `Tests/Services`, and ends it when `body` returns.
    ///
    /// - Parameters:
    ///   - name: The file name of the program.
    ///   - arguments: The items of `sys.argv` from 1.
    ///   - body: The closure that uses the port.
    /// - Throws: An error if the program prints no port, or the error of `body`.
    package static func run(
        service name: String,
        _ arguments: [String] = [],
        _ body: (Int) async throws -> Void
    ) async throws {
        try await run([services.appending(name).string] + arguments, by: "python3", body)
    }

    /// The directory of the programs.
    static var services: FilePath {
        PackageFiles.root.appending("Tests/Services")
    }

    private static func run(
        _ arguments: [String],
        by interpreter: String,
        _ body: (Int) async throws -> Void
    ) async throws {
        let isPath = interpreter.contains("/")
        let result = try await Subprocess.run(
            isPath ? .path(FilePath(interpreter)) : .name(interpreter),
            arguments: Arguments(arguments),
            input: .inputWriter,
            output: .sequence,
            error: .string(limit: 1 << 22)
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let port = try await lines.next().flatMap { Int($0.prefix { $0.isNumber }) }
            if let port { try await body(port) }
            try await execution.standardInputWriter.finish()
            return port != nil
        }
        if !result.closureResult {
            throw Python.Failure(
                description: "a server in Python did not start: \(result.standardError)"
            )
        }
    }
}
