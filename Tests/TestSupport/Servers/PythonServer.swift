internal import Subprocess
internal import SystemPackage

/// A server written in Python, beside a closure.
///
/// The program prints its port, and ends when its standard input does: so it cannot outlive the test
/// run, whatever ends that.
package enum PythonServer {
    /// Starts a program, and lets it end when `body` returns.
    ///
    /// - Parameters:
    ///   - program: its text.
    ///   - arguments: what it finds in `sys.argv` from 1.
    ///   - interpreter: a name, or a path with a slash in it.
    ///   - body: what uses the port.
    /// - Throws: when it prints no port, and what `body` throws.
    package static func run(
        _ program: String,
        _ arguments: [String] = [],
        interpreter: String = "python3",
        _ body: (Int) async throws -> Void
    ) async throws {
        try await run(["-c", program] + arguments, by: interpreter, body)
    }

    /// Starts a program of `Tests/Services`, and lets it end when `body` returns.
    ///
    /// - Parameters:
    ///   - name: the program's file name.
    ///   - arguments: what it finds in `sys.argv` from 1.
    ///   - body: what uses the port.
    /// - Throws: when it prints no port, and what `body` throws.
    package static func run(
        service name: String,
        _ arguments: [String] = [],
        _ body: (Int) async throws -> Void
    ) async throws {
        try await run([services.appending(name).string] + arguments, by: "python3", body)
    }

    /// The folder of the programs.
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
