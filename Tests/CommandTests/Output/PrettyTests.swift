import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import buildspec

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `--log-format pretty`, on a terminal.
@Suite(.timed, .timeLimit(.minutes(2)))
struct PrettyTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private struct Outcome {
        var status: Int32
        var written: String
        var screen: Screen
        /// The lines, with times as `T` and the log's path as `LOG`.
        var lines: [String]
    }

    private func run(
        _ buildspec: String,
        _ arguments: [String] = [],
        columns: Int = 80,
        environment: [Environment.Key: String] = [:],
        redirection: String = "",
        _ body: @escaping @Sendable (PseudoTerminal, Int32) async throws -> Void = { _, _ in }
    ) async throws -> Outcome {
        try directory.write(buildspec, to: "buildspec.yml")
        let terminal = try PseudoTerminal(columns: columns, rows: 24)
        var variables = BuildspecProcess.environment(in: directory)
        variables["TERM"] = "xterm-256color"
        let status = try await terminal.run(
            BuildspecProcess.path,
            ["run", "--cache", "none", "--project", "p"] + arguments,
            in: directory.path,
            environment: variables.merging(environment) { $1 },
            redirection: redirection
        ) { try await body(terminal, $0) }
        var screen = Screen(columns: columns, rows: 24, width: TerminalText.width)
        let written = terminal.text
        screen.write(written)
        let lines = screen.lines.map {
            $0.replacing(#/ +\d+\.\d s/#, with: " T").replacing(#//\S+\.log/#, with: "LOG")
        }
        return Outcome(status: status, written: written, screen: screen, lines: lines)
    }

    private static let passing = """
        version: 0.2
        phases:
          install: { commands: ['echo one; echo two'] }
          build: { commands: ['for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.03; done', 'true'] }
        """

    @Test func `a successful phase is one line, and the log file has its output`() async throws {
        let outcome = try await run(Self.passing, columns: 160)
        #expect(outcome.status == 0)
        #expect(
            outcome.lines == [
                "p, build 1", "INSTALL           SUCCEEDED T", "PRE_BUILD         SUCCEEDED T",
                "BUILD             SUCCEEDED T", "POST_BUILD        SUCCEEDED T", "",
                "log               LOG", "", "build SUCCEEDED in T",
            ]
        )
        #expect(outcome.screen.isReset)
        #expect(outcome.screen.unknown == [])
        #expect(outcome.written.contains("line 3"), "a running command shows its output")
        #expect(outcome.written.contains("command 1 of 2"))
        let path = try #require(outcome.screen.lines.first { $0.hasPrefix("log ") }?.dropFirst(18))
        let log = try String(decoding: Host.read(FilePath(String(path))), as: UTF8.self)
        #expect(log.contains("INSTALL\n$ echo one; echo two\none\ntwo\n"))
        #expect(log.contains("\nline 9\n$ true\n"))
        #expect(log.contains("build SUCCEEDED in"))
    }

    @Test func `a failed phase shows all of its output`() async throws {
        let outcome = try await run(
            """
            version: 0.2
            phases:
              install: { commands: ['echo hidden'] }
              build:
                commands:
                  - printf '\\033[31mbad\\033[0m\\033[5A\\033[2J thing\\n'; seq 30; printf 'half\\r\\tfull'
                  - exit 3
                finally: ['echo tidy']
            """,
            columns: 160,
            environment: ["NO_COLOR": ""]
        )
        #expect(outcome.status == 1)
        #expect(
            outcome.lines == [
                "p, build 1", "INSTALL           SUCCEEDED T", "PRE_BUILD         SUCCEEDED T",
                "", "BUILD",
                "$ printf '\\033[31mbad\\033[0m\\033[5A\\033[2J thing\\n'; seq 30; printf 'half\\r\\tfull'",
                "bad thing",
            ] + (1...30).map { "\($0)" } + [
                "        full", "$ exit 3", "buildspec.yml:7:9: error: exit status 3",
                "$ echo tidy", "tidy",
                "BUILD             FAILED T", "POST_BUILD        SUCCEEDED T", "",
                "log               LOG", "",
                "build FAILED in T: exit status 3 from 'exit 3' in BUILD (buildspec.yml:7:9)",
            ]
        )
        #expect(outcome.written.contains("\u{1B}[31mbad\u{1B}[0m thing"), "colours stay")
    }

    @Test(arguments: [(["NO_COLOR": "1"], false), (["CLICOLOR": "0"], false), ([:], true)])
    func `the pretty log is coloured unless a variable disables it`(
        variables: [Environment.Key: String],
        isColoured: Bool
    ) async throws {
        let environment = ["NO_COLOR": "" as String].merging(variables) { $1 }
        let outcome = try await run(Self.passing, environment: environment)
        #expect(outcome.written.contains("\u{1B}[32m") == isColoured)
        #expect(outcome.status == 0)
    }

    @Test(
        arguments: [
            (["CI": "true"], [], ""), (["TERM": "dumb"], [], ""),
            ([:], ["--log-format", "plain"], ""),
            ([:], [], ">log"),
        ] as [([Environment.Key: String], [String], String)]
    )
    func `the log is plain in CI, on a simple terminal, in a file and on request`(
        variables: [Environment.Key: String],
        arguments: [String],
        redirection: String
    ) async throws {
        let outcome = try await run(
            Self.passing,
            arguments,
            environment: variables,
            redirection: redirection
        )
        let log = try directory.read("log") ?? outcome.written.replacing("\r\n", with: "\n")
        #expect(
            log.hasPrefix("p, build 1\n\nINSTALL\n$ echo one; echo two\none\ntwo\n\nBUILD\n$ for")
        )
        #expect(!log.contains("\u{1B}"))
        #expect(outcome.status == 0)
    }

    @Test(arguments: [
        ("dumb", "", "the terminal cannot move the cursor (TERM is 'dumb')"),
        ("xterm", ">out", "standard output is not a terminal"),
    ])
    func `'--log-format pretty' where it cannot work is an error with the reason`(
        type: String,
        redirection: String,
        reason: String
    ) async throws {
        let outcome = try await run(
            Self.passing,
            ["--log-format", "pretty"],
            columns: 200,
            environment: ["TERM": type],
            redirection: redirection
        )
        #expect(outcome.status == 64)
        #expect(outcome.lines.first == "Error: --log-format pretty: \(reason); use 'plain'")
    }

    @Test func `Ctrl-C restores the terminal`() async throws {
        let outcome = try await run(
            """
            version: 0.2
            phases: { build: { commands: ['echo begun; sleep 600'] } }
            """
        ) { terminal, _ in
            try await terminal.expect("  begun")
            try terminal.type("\u{3}")
        }
        #expect(outcome.status == 130)
        #expect(outcome.screen.isReset)
        #expect(outcome.screen.column == 0)
        #expect(outcome.lines.contains("BUILD             STOPPED T"))
        #expect(outcome.lines.contains("begun"))
    }

    @Test func `a killed build restores the terminal`() async throws {
        let outcome = try await run(
            """
            version: 0.2
            phases: { build: { commands: ['echo begun; sleep 3'] } }
            """
        ) { terminal, process in
            try await terminal.expect("  begun")
            kill(process, SIGKILL)
        }
        #expect(outcome.status == 128 + SIGKILL)
        #expect(outcome.screen.isReset)
        #expect(outcome.screen.column == 0)
    }

    @Test func `the pretty log adapts to a new width of the terminal`() async throws {
        let outcome = try await run(
            """
            version: 0.2
            phases:
              build:
                commands: ['echo 0123456789012345678901234567890123456789; while ! test -e go; do sleep 0.02; done']
            """
        ) { [directory] terminal, _ in
            try await terminal.expect("  0123456789012345678901234567890123456789")
            terminal.resize(columns: 20, rows: 24)
            try await terminal.expect("  0123456789012345…")
            try directory.write("", to: "go")
        }
        #expect(outcome.status == 0)
    }

    @Test func `the pretty log writes nothing while a debug shell is open`() async throws {
        let outcome = try await run(
            """
            version: 0.2
            phases: { build: { commands: ['echo before; codebuild-breakpoint; echo after; exit 1'] } }
            """,
            ["--debug"]
        ) { terminal, _ in
            try await terminal.expect(": paused")
            try await terminal.expect("$ ")
            try terminal.type("echo in''side; sleep 1.2; exit\n")
            try await terminal.expect("inside\r\n")
        }
        #expect(outcome.status == 1)
        let shell = outcome.written.split(separator: "inside\r\n").last?.split(separator: "resumed")
        #expect(shell?.first?.contains("RUNNING") == false, "no frame while the shell is open")
        #expect(outcome.lines.contains { $0.hasPrefix("buildspec.yml:2:31: resumed after") })
        #expect(outcome.lines.contains("after"))
    }
}
