internal import Subprocess
internal import SystemPackage

/// Runs ShellCheck, the program that knows shell scripts, over the commands of a buildspec.
///
/// Nothing of the commands is run. ShellCheck is a program of its own and need not be installed for
/// anything else.
public struct ShellCheck: Sendable {
    /// Why ShellCheck has nothing to say.
    public struct Unusable: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong and what to do, in one line.
        public var description: String
    }

    /// What ShellCheck always leaves out here: variables come from the build's environment and go on to
    /// the next command (SC2034, SC2154), the shell is given (SC2148), and files that a command reads
    /// need not be there (SC1090, SC1091).
    private static let excluded = "SC1090,SC1091,SC2034,SC2148,SC2154"

    private let program: FilePath
    private let environment: [String: String]

    /// Finds the program.
    ///
    /// - Parameter environment: the variables of the process, `PATH` among them.
    /// - Throws: `Unusable` when it is not there.
    public init(environment: [String: String]) throws(Unusable) {
        let path = environment["PATH"] ?? BuildEnvironment.standardPath
        let places = path.split(separator: ":").filter { $0.hasPrefix("/") }
            .map { FilePath(String($0)).appending("shellcheck") }
        guard let program = places.first(where: { FileProbe($0)?.isExecutable == true }) else {
            throw Unusable(
                description: "there is no 'shellcheck' on the PATH; install it, on Debian and its"
                    + " relatives with 'apt-get install shellcheck'"
            )
        }
        self.program = program
        self.environment = environment
    }

    /// ShellCheck's name for a shell; `nil` for one that it does not know.
    ///
    /// - Parameter shell: what `env.shell` says; `nil` is `/bin/sh`, which is dash on Ubuntu images.
    /// - Returns: the name.
    public static func dialect(of shell: String?) -> String? {
        switch shell?.split(separator: "/").last {
        case nil, "sh", "dash", "ash": "dash"
        case "bash": "bash"
        case "ksh": "ksh"
        default: nil
        }
    }

    /// Checks scripts, each on its own.
    ///
    /// - Parameters:
    ///   - scripts: their texts.
    ///   - dialect: ShellCheck's name for their shell.
    ///   - configuration: what stands in the project's `.shellcheckrc`, if there is one.
    ///   - timeout: the longest time that it may take.
    /// - Returns: ShellCheck's findings as its format `json1` has them; a finding's `file` is the
    ///   number of its script, from 0.
    /// - Throws: `Unusable`, or `CancellationError`.
    public func check(
        _ scripts: [String],
        dialect: String,
        configuration: [UInt8]? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> [UInt8] {
        guard !scripts.isEmpty else { return Array("{\"comments\":[]}".utf8) }
        let given = environment["TMPDIR"] ?? ""
        let parent = FilePath(given.hasPrefix("/") ? given : "/tmp")
        let directory: PrivateDirectory
        do {
            directory = try PrivateDirectory(in: parent)
        } catch {
            throw Unusable(description: "the commands cannot be written to '\(parent)': \(error)")
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
                description: "the commands cannot be written to '\(directory.path)': \(error)"
            )
        }
        let arguments =
            ["--format", "json1", "--shell", dialect, "--exclude", ShellCheck.excluded, "--"]
            + scripts.indices.map(String.init)
        return try await answer(arguments, in: directory.path, within: timeout)
    }

    private func answer(
        _ arguments: [String],
        in directory: FilePath,
        within timeout: Duration
    ) async throws -> [UInt8] {
        let answer = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await run(arguments, in: directory) }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let answer else {
            throw Unusable(
                description: "'\(program)' did not end within \(timeout.components.seconds) s"
            )
        }
        return answer
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
            // 1 says that something was found.
            guard case .exited(let status) = result.terminationStatus, status <= 1 else {
                let lines = result.standardError.split(separator: "\n")
                throw Unusable(
                    description: "'\(program)' ended with \(result.terminationStatus):"
                        + " \(lines.first ?? "without a word")"
                )
            }
            return result.standardOutput
        } catch let error as Unusable {
            throw error
        } catch _ where Task.isCancelled {
            throw CancellationError()
        } catch {
            throw Unusable(description: "'\(program)' cannot be run: \(error)")
        }
    }
}
