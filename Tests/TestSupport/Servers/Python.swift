internal import Subprocess

/// Small Python programs, for comparisons with other tools and for their servers.
package enum Python {
    /// The standard error of a program that failed.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Whether python3 exists and can import modules; nothing is installed.
    package static func canImport(_ modules: String) async -> Bool {
        (try? await run("import \(modules)", input: "")) != nil
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - program: The text of the program.
    ///   - arguments: The items of `sys.argv` from 1.
    ///   - input: The standard input.
    /// - Returns: The output.
    /// - Throws: An error if python3 does not exist or the program fails.
    package static func run(
        _ program: String,
        _ arguments: [String] = [],
        input: String
    ) async throws -> String {
        let result = try await Subprocess.run(
            .name("python3"),
            arguments: Arguments(["-c", program] + arguments),
            input: .string(input),
            output: .string(limit: 1 << 26),
            error: .string(limit: 1 << 24)
        )
        guard case .exited(0) = result.terminationStatus else {
            throw Failure(description: "python3 failed: \(result.standardError)")
        }
        return result.standardOutput
    }
}
