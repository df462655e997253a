#if os(Linux)
    import Foundation
    import Subprocess
    import SystemPackage
    import TestSupport
    import Testing

    /// `buildspec run --sandbox` with the built command.
    @Suite(.timed, .timeLimit(.minutes(1)))
    struct SandboxTests {
        private let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
            // Every user that runs the build can write here.
            unsafe chmod(directory.path.string, 0o777)
            unsafe mkdir(directory.path.appending("home").string, 0o777)
            unsafe chmod(directory.path.appending("home").string, 0o777)
        }

        private func run(
            _ commands: [String],
            _ arguments: [String] = [],
            user: UInt32? = nil
        ) async throws -> BuildspecProcess.Outcome {
            let lines = commands.map { "      - |\n        \($0)\n" }.joined()
            try directory.write(
                "version: 0.2\nphases:\n  build:\n    commands:\n\(lines)",
                to: "buildspec.yml"
            )
            return try await BuildspecProcess.run(
                ["run", "--cache", "none", "--project", "p", "--sandbox"] + arguments,
                in: directory,
                user: user
            )
        }

        @Test(.enabled { await isAllowed() }, arguments: [nil, 65_534] as [UInt32?])
        func `a build of any user runs in its sandbox`(user: UInt32?) async throws {
            guard user == nil || geteuid() == 0 else { return }
            let outcome = try await run(
                [
                    "pwd; touch /usr/x 2> /dev/null || echo read-only",
                    "codebuild-hash-files buildspec.yml | wc -c", "wc -l < /proc/net/route",
                    "echo made > made; id -u; (sleep 600 &)",
                    "nsenter -t 1 -m true 2> /dev/null || echo closed",
                ],
                ["--network", "none"],
                user: user
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            let lines = outcome.output.split(separator: "\n").map(String.init)
            #expect(
                lines.filter {
                    ["read-only", "/codebuild/output/src/src", "65", "1", "closed"].contains($0)
                }
                    == ["/codebuild/output/src/src", "read-only", "65", "1", "closed"]
            )
            #expect(lines.contains(String(user ?? geteuid())))
            #expect(try directory.read("made") == "made\n")
        }

        @Test(.enabled { await isAllowed() })
        func `'--sandbox-read' shows a directory of the host to a build`()
            async throws
        {
            try directory.write("x", to: "home/tools/x")
            let outcome = try await run(["cat ~/tools/x"], ["--sandbox-read", "home/tools"])
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("\nx"))
        }

        @Test(.enabled(if: geteuid() == 0))
        func `a sandbox that the system does not allow is an error with its remedy`() async throws {
            try directory.write(
                "version: 0.2\nphases: {build: {commands: [echo ran]}}",
                to: "buildspec.yml"
            )
            let result = try await Subprocess.run(
                .path("/usr/bin/setpriv"),
                arguments: [
                    "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", "--",
                    BuildspecProcess.path.string, "run", "--sandbox", "--cache", "none",
                ],
                environment: .custom(BuildspecProcess.environment(in: directory)),
                workingDirectory: directory.path,
                input: .none,
                output: .string(limit: 1 << 16),
                error: .string(limit: 1 << 16)
            )
            #expect(result.terminationStatus == .exited(2))
            #expect(!result.standardOutput.contains("ran"))
            #expect(
                result.standardError.contains(
                    "error: cannot create a sandbox: bubblewrap says 'bwrap: "
                )
            )
            #expect(
                result.standardError.contains(
                    "; root needs the right to mount, which a container gives with '--privileged', or "
                        + "run without '--sandbox'"
                )
            )
        }

        @Test(
            arguments: [
                (["--network", "none"], "--network needs '--sandbox'"),
                (["--sandbox-read", "/"], "--sandbox-read needs '--sandbox'"),
                (
                    ["--sandbox", "--network", "bridge"],
                    "--network: 'bridge' is not a network; write 'host' or 'none'"
                ),
            ]
        )
        func `a network or sandbox option that cannot work is an error`(
            arguments: [String],
            message: String
        )
            async throws
        {
            let outcome = try await BuildspecProcess.run(["run"] + arguments, in: directory)
            #expect(outcome.status == 64)
            #expect(outcome.error.contains(message))
        }
    }

    /// Whether this machine allows bubblewrap; if it is not installed, the tests run and fail.
    private func isAllowed() async -> Bool {
        let result = try? await Subprocess.run(
            .name("bwrap"),
            arguments: ["--ro-bind", "/", "/", "true"],
            input: .none,
            output: .discarded,
            error: .discarded
        )
        return result.map(\.terminationStatus.isSuccess) ?? true
    }
#endif
