internal import Subprocess

/// Runs small Python programs, for comparing with other people's work and for their servers.
package enum Python {
    /// A program that failed, with what it wrote to its standard error.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Whether python3 is there and can import modules; nothing is installed.
    package static func canImport(_ modules: String) async -> Bool {
        (try? await run("import \(modules)", input: "")) != nil
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - program: its text.
    ///   - arguments: what it finds in `sys.argv` from 1.
    ///   - input: its standard input.
    /// - Returns: what it prints.
    /// - Throws: when there is no python3 and when the program fails.
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
