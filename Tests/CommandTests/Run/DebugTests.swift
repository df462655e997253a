import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `codebuild-breakpoint`, `--debug` and `--break-on-failure`, on a terminal.
///
/// Source: CodeBuild user guide, "Debug builds with Session Manager".
@Suite(.timed, .timeLimit(.minutes(2)))
struct DebugTests {
    private let directory: TemporaryDirectory
    private let terminal: PseudoTerminal

    init() throws {
        directory = try TemporaryDirectory()
        terminal = try PseudoTerminal(columns: 120, rows: 40)
    }

    /// Runs a build on the terminal while `body` types.
    private func run(
        _ buildspec: String,
        _ arguments: [String],
        redirection: String = "",
        _ body: @escaping @Sendable (PseudoTerminal, Int32) async throws -> Void
    ) async throws -> Int32 {
        try directory.write(buildspec, to: "buildspec.yml")
        let common = ["run", "--cache", "none", "--project", "p", "--log-format", "plain"]
        return try await terminal.run(
            BuildspecProcess.path,
            common + arguments,
            in: directory.path,
            environment: BuildspecProcess.environment(in: directory),
            redirection: redirection
        ) { [terminal] in try await body(terminal, $0) }
    }

    private static func buildspec(_ commands: String..., shell: String = "/bin/sh") -> String {
        """
        version: 0.2
        env: { shell: \(shell), variables: { COLOUR: "light 'blue'" } }
        phases:
          build:
            commands:
        \(commands.map { "      - |\n        \($0)\n" }.joined())
            finally: ['echo finally in "${PWD##*/}"']
        """
    }

    @Test(arguments: ["/bin/sh", "bash"])
    func `a breakpoint opens a shell in the state of the command`(shell: String) async throws {
        let buildspec = Self.buildspec(
            "mkdir inner; cd inner; X='a  b'; codebuild-breakpoint; echo \"went on with $X\"",
            shell: shell
        )
        let status = try await run(buildspec, ["--debug"]) { terminal, _ in
            try await terminal.expect("buildspec.yml:6:9: paused\r\n")
            try await terminal.expect("paused at codebuild-breakpoint in BUILD;")
            try terminal.type("echo \"<$X|$COLOUR|${PWD##*/}>\" && touch made; X=changed\n")
            try await terminal.expect("<a  b|light 'blue'|inner>")
            try terminal.type("codebuild-resume\n")
        }
        #expect(status == 0)
        #expect(terminal.text.contains("went on with a  b"), "the shell does not change variables")
        #expect(terminal.text.contains("6:9: resumed after "))
        #expect(try directory.read("inner/made") == "", "the shell writes files")
    }

    @Test func `Ctrl-C in a debug shell ends its program, not the build`() async throws {
        let status = try await run(Self.buildspec("codebuild-breakpoint"), ["--debug"]) {
            terminal,
            _ in
            try await terminal.expect("$ ")
            // Until the program prints `up`, Ctrl-C goes to the shell.
            try terminal.type("sh -c 'echo up; exec sleep 600'\n")
            try await terminal.expect("up\r\n")
            try terminal.type("\u{3}")
            try await terminal.expect("^C")
            try terminal.type("echo status=$?; jobs; exit\n")
            try await terminal.expect("status=130")
        }
        #expect(status == 0)
        #expect(terminal.text.contains("build SUCCEEDED in"))
    }

    @Test func `Ctrl-C outside of the debug shell stops the build`() async throws {
        let buildspec = Self.buildspec("codebuild-breakpoint; echo on; sleep 600")
        let status = try await run(buildspec, ["--debug"]) { terminal, _ in
            try await terminal.expect("$ ")
            try terminal.type("\u{4}")
            try await terminal.expect("s\r\non\r\n")
            try terminal.type("\u{3}")
        }
        #expect(status == 130)
        #expect(terminal.text.contains("build STOPPED in"))
    }

    @Test func `a signal ends the debug shell and the build`() async throws {
        let status = try await run(Self.buildspec("codebuild-breakpoint"), ["--debug"]) {
            terminal,
            process in
            try await terminal.expect("$ ")
            kill(process, SIGTERM)
        }
        #expect(status == 130)
        #expect(terminal.text.contains("build STOPPED in"))
    }

    @Test(arguments: ["exit 7", "set -e; sh -c 'exit 7'; echo never", "(exit 7)"])
    func `'--break-on-failure' pauses before finally, in the state of the failed command`(
        end: String
    ) async throws {
        let buildspec = Self.buildspec("mkdir inner; cd inner; X=1; \(end)")
        let status = try await run(buildspec, ["--break-on-failure"]) { terminal, _ in
            try await terminal.expect("exit status 7\r\n")
            try await terminal.expect("paused after a command with exit status 7 in BUILD")
            try terminal.type("echo \"<$X|${PWD##*/}>\"\n")
            try await terminal.expect("<1|inner>")
            #expect(!terminal.text.contains("finally in"))
            try terminal.type("exit\n")
        }
        #expect(status == 1)
        #expect(terminal.text.contains("finally in"))
    }

    @Test func `the timeout does not count the time that a build is paused`() async throws {
        let buildspec = Self.buildspec("codebuild-breakpoint; echo over")
        let status = try await run(buildspec, ["--debug", "--timeout", "3s"]) { terminal, _ in
            try await terminal.expect("$ ")
            try terminal.type("sleep 4; echo sl''ept\n")
            try await terminal.expect("slept")
            try terminal.type("exit\n")
        }
        #expect(status == 0)
    }

    @Test func `codebuild-resume works from a program in the debug shell`() async throws {
        let status = try await run(Self.buildspec("codebuild-breakpoint"), ["--debug"]) {
            terminal,
            _ in
            try await terminal.expect("$ ")
            try terminal.type("sh -c codebuild-resume\n")
        }
        #expect(status == 0)
    }

    @Test func `a debug shell uses the terminal, and the output goes to its redirection`()
        async throws
    {
        let buildspec = Self.buildspec("printf begun; codebuild-breakpoint; echo ' over'")
        let status = try await run(
            buildspec,
            ["--debug", "--events", "events"],
            redirection: "<&- >log 2>&1"
        ) {
            [directory] terminal, _ in
            try await terminal.expect("paused at codebuild-breakpoint")
            #expect(
                try directory.read("log")?.hasSuffix("\nbegun\nbuildspec.yml:6:9: paused\n") == true
            )
            try terminal.type("exit\n")
        }
        #expect(status == 0)
        #expect(try directory.read("log")?.contains(" over\n") == true)
        #expect(!terminal.text.contains("over"))
        let events = try #require(try directory.read("events"))
        #expect(
            events.contains(
                "\"event\":\"paused\",\"phase\":\"BUILD\",\"list\":\"commands\",\"index\":0,\"reason\":\"breakpoint\"}"
            )
        )
        #expect(events.contains("\"event\":\"resumed\""))
    }

    @Test func `secrets stay masked in the output after a breakpoint`() async throws {
        let buildspec = Self.buildspec("codebuild-breakpoint; echo key $COLOUR")
        let status = try await run(buildspec, ["--debug", "--mask", "COLOUR"]) { terminal, _ in
            try await terminal.expect("$ ")
            try terminal.type("exit\n")
        }
        #expect(status == 0)
        #expect(terminal.text.contains("key ***"))
    }

    @Test(.enabled(if: geteuid() == 0)) func `the debug shell runs as the user of the command`()
        async throws
    {
        let buildspec = """
            version: 0.2
            phases: { build: { run-as: nobody, commands: ['X=9; codebuild-breakpoint'] } }
            """
        unsafe directory.path.withPlatformString { _ = unsafe chmod($0, 0o755) }
        let status = try await run(buildspec, ["--debug"]) { terminal, _ in
            try await terminal.expect("$ ")
            try terminal.type("echo \"<$(id -un) $X>\"; exit\n")
            try await terminal.expect("<nobody 9>")
        }
        #expect(status == 0)
    }

    @Test func `both debug commands report that they do nothing without '--debug'`() async throws {
        let outcome = try await BuildspecProcess.run(
            buildspec: Self.buildspec("codebuild-breakpoint; codebuild-resume")
        )
        #expect(outcome.status == 0)
        #expect(
            outcome.output.contains(
                """
                codebuild-breakpoint: ignored; 'buildspec run --debug' would pause here
                codebuild-resume: ignored; the build is not paused
                """
            )
        )
    }

    @Test(arguments: ["--debug", "--break-on-failure"])
    func `a debug option without a terminal is an error, and no command runs`(
        option: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec("touch ran"), to: "buildspec.yml")
        // A new session, so that not even the terminal of the tests exists.
        let result = try await Subprocess.run(
            .path(BuildspecProcess.path),
            arguments: ["run", option],
            environment: .custom(BuildspecProcess.environment(in: directory)),
            workingDirectory: directory.path,
            platformOptions: {
                var options = PlatformOptions()
                options.createSession = true
                return options
            }(),
            output: .discarded,
            error: .string(limit: 65_536)
        )
        #expect(result.terminationStatus == .exited(64))
        #expect(
            result.standardError.hasPrefix(
                "Error: \(option): there is no terminal to open a shell on; start the build in a "
                    + "terminal, with 'ssh -t' or 'docker run -it' if it is remote, or omit the "
                    + "option\n"
            )
        )
        #expect(try directory.read("ran") == nil)
    }
}
