import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Escape sequences in buildspecs and stores, which must not reach the terminal.
@Suite(.timed, .timeLimit(.minutes(2)))
struct EscapeTests {
    private static let evil = #"\e]0;owned\a\e[31337x\e[2J"#
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases:
              install: {commands: ["true # \(Self.evil)"]}
              build: {commands: ["false # \(Self.evil)\\nfalse # \(Self.evil)", touch never]}
            artifacts: {files: ["\(Self.evil)"]}
            cache: {key: "k\(Self.evil)", paths: ["\(Self.evil)/x"]}
            """,
            to: "buildspec.yml"
        )
    }

    private func expectText(_ text: String, _ comment: Comment? = nil) {
        #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" }, comment)
    }

    @Test(arguments: ["plain", "codebuild"])
    func `a command's text is shown without its escape sequences`(format: String) async throws {
        let outcome = try await BuildspecProcess.run(
            [
                "run", "--cache", "st", "--log-format", format, "--artifacts", "out", "--project",
                "p\u{1B}]0;owned\u{7}",
            ],
            in: directory
        )
        #expect(outcome.status == 1)
        expectText(outcome.output)
        expectText(outcome.error)
        #expect(outcome.output.contains("owned"))
    }

    @Test func `the summary on a terminal is shown without escape sequences`() async throws {
        let terminal = try PseudoTerminal(columns: 100, rows: 24)
        var variables = BuildspecProcess.environment(in: directory)
        variables["TERM"] = "xterm-256color"
        let status = try await terminal.run(
            BuildspecProcess.path,
            [
                "run", "--cache", "st", "--log-format", "pretty", "--project",
                "p\u{1B}]0;owned\u{7}",
            ],
            in: directory.path,
            environment: variables
        ) { _ in }
        #expect(status == 1)
        let written = terminal.text
        for sequence in ["\u{1B}]0;owned", "\u{1B}[31337x", "\u{1B}[2J", "\u{7}"] {
            #expect(!written.contains(sequence), "\(written.debugDescription)")
        }
        #expect(written.contains("exit status 1 from 'false # "))
    }

    @Test func `keys, scopes and file names are shown without escape sequences`() async throws {
        let store = try TemporaryDirectory()
        let key = "k\u{1B}]0;owned\u{7}"
        try directory.write("x", to: "tree/n\u{1B}]0;owned\u{7}")
        func run(_ command: String, _ arguments: String...) async throws {
            let options = command == "audit" ? [] : ["--cache", store.path.string]
            let outcome = try await BuildspecProcess.run(
                ["cache", command] + options + arguments,
                in: directory
            )
            expectText(outcome.output, "\(command): \(outcome)")
            expectText(outcome.error, "\(command): \(outcome)")
            #expect([0, 1].contains(outcome.status), "\(command): \(outcome)")
        }
        let identity = ["--scope", key, "--key", key, "--path", "tree/**/*"]
        try await run(
            "save",
            identity[0],
            identity[1],
            identity[2],
            identity[3],
            identity[4],
            identity[5]
        )
        try await run(
            "restore",
            identity[0],
            identity[1],
            identity[2],
            identity[3],
            identity[4],
            identity[5]
        )
        try await run("list")
        try await run("show", key, "--files")
        try await run("explain", key, "--scope", key)
        try directory.write("y", to: "tree/n\u{1B}]0;owned\u{7}")
        try await run("diff", key, "--scope", key)
        try await run("push", "--remote", store.path.string + "-far")
        try await run("verify")
        try await run("prune", "--dry-run", "--max-size", "1B")
        try await run("audit")
    }

    @Test func `findings and plans are shown without escape sequences`() async throws {
        for arguments in [["validate"], ["plan"], ["run", "--phase", "owned\u{1B}[2J"]] {
            let outcome = try await BuildspecProcess.run(arguments, in: directory)
            expectText(outcome.output, "\(arguments)")
            expectText(outcome.error, "\(arguments)")
        }
    }
}
