import Subprocess
import SystemPackage
import TestSupport
import Testing

extension TemporaryDirectory {
    /// Runs a cache command in this directory, with its subdirectory `store` as the store.
    ///
    /// - Parameters:
    ///   - arguments: The name of the command, and its arguments.
    ///   - environment: Further variables.
    /// - Returns: The result of the run.
    /// - Throws: An error if the command cannot be started.
    func cache(
        _ arguments: String...,
        environment: [Environment.Key: String] = [:]
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["cache", arguments[0], "--cache", "store"] + arguments.dropFirst(),
            in: self,
            environment: environment
        )
    }

    /// Runs a script with `sh -ec` and expects that it succeeds.
    ///
    /// - Parameters:
    ///   - script: The text of the script.
    ///   - folder: The working directory, relative to this directory.
    ///   - environment: All variables of the script.
    ///   - location: The source location of a failure.
    /// - Returns: The output of the script, and its errors.
    /// - Throws: An error if the script cannot be started.
    @discardableResult
    func shell(
        _ script: String,
        in folder: String = ".",
        environment: Environment = .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-ec", script],
            environment: environment,
            workingDirectory: file(folder),
            input: .none,
            output: .string(limit: 1 << 22),
            error: .combinedWithOutput
        )
        #expect(
            result.terminationStatus.isSuccess,
            "\(result.standardOutput)",
            sourceLocation: location
        )
        return result.standardOutput
    }

    /// Waits until the file `name` exists.
    func waitForFile(_ name: String) async throws {
        while try read(name) == nil { try await Task.sleep(for: .milliseconds(2)) }
    }
}
