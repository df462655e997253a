internal import Subprocess
internal import SystemPackage

/// The program ShellCheck, which finds mistakes in the commands of a buildspec without running them.
///
/// ShellCheck is a separate program, and nothing else needs it.
public struct ShellCheck: Sendable {
    /// An error about a missing or failed ShellCheck.
    public struct Unusable: Error, Sendable, Equatable, CustomStringConvertible {
        /// The problem and the remedy, in one line.
        public var description: String
    }

    /// The checks that are always disabled.
    ///
    /// Variables come from the build's environment and stay set for the next command (SC2034, SC2154),
    /// the shell is known (SC2148), and files that a command reads need not exist (SC1090, SC1091).
    private static let excluded = "SC1090,SC1091,SC2034,SC2148,SC2154"

    private let program: FilePath
    private let environment: [String: String]

    /// Finds the program on the `PATH` of `environment`, the variables of the process.
    ///
    /// - Throws: `Unusable` if the program is not installed.
    public init(environment: [String: String]) throws(Unusable) {
        let candidates = SearchPath.candidates(for: "shellcheck", in: environment["PATH"])
        guard let program = candidates.first(where: { FileProbe($0)?.isExecutable == true }) else {
            throw Unusable(
                description: "cannot find 'shellcheck' on the PATH; install it, on Debian and"
                    + " Ubuntu with 'apt-get install shellcheck'"
            )
        }
        self.program = program
        self.environment = environment
    }

    /// Returns ShellCheck's name for a value of `env.shell`; `nil` for a shell that it does not support.
    ///
    /// Without a value the shell is `/bin/sh`, which is dash on Ubuntu images.
    public static func dialect(of shell: String?) -> String? {
        switch shell?.split(separator: "/").last {
        case nil, "sh", "dash", "ash": "dash"
        case "bash": "bash"
        case "ksh": "ksh"
        default: nil
        }
    }

    /// Checks scripts separately; `configuration` is the contents of the project's `.shellcheckrc`.
    ///
    /// - Returns: ShellCheck's findings in its format `json1`; the `file` of a finding is the index of
    ///   its script.
    /// - Throws: `Unusable`, or `CancellationError`.
    public func check(
        _ scripts: [String],
        dialect: String,
        configuration: [UInt8]? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> [UInt8] {
        guard !scripts.isEmpty else { return Array("{\"comments\":[]}".utf8) }
        let variable = environment["TMPDIR"] ?? ""
        let parent = FilePath(variable.hasPrefix("/") ? variable : "/tmp")
        let directory: PrivateDirectory
        do {
            directory = try PrivateDirectory(in: parent)
        } catch {
            throw Unusable(description: "cannot write the commands to '\(parent)': \(error)")
        }
        defer { directory.remove() }
        do {
            for (number, script) in scripts.enumerated() {
                try SmallFile.write(script, to: directory.path.appending("\(number)"))
            }
            if let configuration {
                try SmallFile.write(configuration, to: directory.path.appending(".shellcheckrc"))
            }
        } catch {
            throw Unusable(
                description: "cannot write the commands to '\(directory.path)': \(error)"
            )
        }
        let arguments =
            ["--format", "json1", "--shell", dialect, "--exclude", ShellCheck.excluded, "--"]
            + scripts.indices.map(String.init)
        return try await findings(arguments, in: directory.path, within: timeout)
    }

    private func findings(
        _ arguments: [String],
        in directory: FilePath,
        within timeout: Duration
    ) async throws -> [UInt8] {
        let findings = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await run(arguments, in: directory) }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let findings else {
            throw Unusable(
                description: "'\(program)' did not end within \(timeout.components.seconds) s"
            )
        }
        return findings
    }

    private func run(_ arguments: [String], in directory: FilePath) async throws -> [UInt8] {
        do {
            let result = try await Subprocess.run(
                .path(program),
                arguments: Arguments(arguments),
                environment: ProcessSpec(
                    program: program,
                    arguments: [],
                    directory: directory,
                    environment: environment
                ).variables,
                workingDirectory: directory,
                input: .none,
                output: .bytes(limit: 1 << 26),
                error: .string(limit: 1 << 16)
            )
            // The exit status 1 means that there are findings.
            guard case .exited(let status) = result.terminationStatus, status <= 1 else {
                let lines = result.standardError.split(separator: "\n")
                let status =
                    switch result.terminationStatus {
                    case .exited(let code): "status \(code)"
                    case .signaled(let signal): "signal \(signal)"
                    }
                throw Unusable(
                    description: "'\(program)' ended with \(status):"
                        + " \(lines.first ?? "it printed no error")"
                )
            }
            return result.standardOutput
        } catch let error as Unusable {
            throw error
        } catch _ where Task.isCancelled {
            throw CancellationError()
        } catch {
            throw Unusable(description: "cannot run '\(program)': \(error)")
        }
    }
}
