import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `validate --shellcheck` with the real program; `./dev` installs it.
@Suite(.timed, .timeLimit(.minutes(2))) struct `ShellCheck findings` {
    private struct Finding: Decodable {
        var name: String
        var severity: String
        var line: Int
        var column: Int
        var endLine: Int
        var endColumn: Int
    }
    private struct File: Decodable { var findings: [Finding] }
    private struct Report: Decodable { var files: [File] }

    private func validate(
        _ text: String,
        _ arguments: [String] = [],
        files: [String: String] = [:]
    ) async throws -> BuildspecProcess.Outcome {
        let directory = try TemporaryDirectory()
        try directory.write(text, to: "buildspec.yml")
        for (name, text) in files { try directory.write(text, to: name) }
        return try await BuildspecProcess.run(
            ["validate", "--shellcheck"] + arguments,
            in: directory
        )
    }

    private func findings(
        _ text: String,
        _ arguments: [String] = []
    ) async throws -> [String] {
        let outcome = try await validate(text, arguments + ["--format", "json"])
        #expect(outcome.error == "")
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        return report.files.flatMap(\.findings).filter { $0.name.hasPrefix("SC") }.map {
            "\($0.line):\($0.column)-\($0.endLine):\($0.endColumn) \($0.severity) \($0.name)"
        }
    }

    @Test func `a ShellCheck finding has its position in every YAML style`() async throws {
        let text = """
            version: 0.2
            phases:
              build:
                commands:
                  - rm $A
                  - "rm \\"x\\" $A"
                  - 'rm ''x'' $A'
                  - |
                    rm x
                    if true; then
                      rm $A
                    fi
                  - >
                    rm x &&
                    rm $A
                  - rm x &&
                    rm $A
                finally:
                  - |+
                    rm $A

            """
        #expect(
            try await findings(text) == [
                "5:12-5:14 warning SC2086", "6:19-6:21 warning SC2086", "7:19-7:21 warning SC2086",
                "11:14-11:16 warning SC2086", "15:12-15:14 warning SC2086",
                "17:12-17:14 warning SC2086", "20:12-20:14 warning SC2086",
            ]
        )
    }

    @Test func `ShellCheck applies the rules of the shell of the build`() async throws {
        func text(_ shell: String?) -> String {
            "version: 0.2\n" + (shell.map { "env: {shell: \($0)}\n" } ?? "")
                + "phases: {build: {commands: ['[[ -n x ]]']}}\n"
        }
        let plain = try await findings(text(nil))
        #expect(plain.contains { $0.hasSuffix("SC3010") })
        #expect(try await !findings(text("bash")).contains { $0.hasSuffix("SC3010") })
        let other = try await validate(text("powershell.exe"))
        #expect(other.status == 0)
        #expect(other.error.contains("ShellCheck does not support the shell 'powershell.exe'"))
    }

    @Test func `state that a build carries to the next command is not a ShellCheck finding`()
        async throws
    {
        let text = """
            version: 0.2
            phases:
              build:
                commands:
                  - version=1
                  - echo "$version $CODEBUILD_SRC_DIR $commit"
                  - cd sub
                  - . ./env.sh
                  - |
                    export DEBIAN_FRONTEND=noninteractive
                    cd sub

            """
        #expect(try await findings(text) == [])
    }

    @Test func `a ShellCheck error is an error, and every code can be ignored`() async throws {
        let text =
            "version: 0.2\nphases:\n  build:\n    commands:\n      - for x in $@; do rm $x; done\n"
        let outcome = try await validate(text)
        #expect(outcome.status == 2, "\(outcome.output)")
        #expect(outcome.output.contains("buildspec.yml:5:18: error:"))
        #expect(outcome.output.contains("[SC2068]"))
        let ignored = try await validate(
            text,
            ["--strict", "--ignore", "SC2068", "--ignore", "SC2086"]
        )
        #expect(ignored.status == 0, "\(ignored.output)")
        let comment = try await validate(
            text.replacing("done\n", with: "done # buildspec: ignore SC2068, SC2086\n"),
            ["--strict"]
        )
        #expect(comment.status == 0, "\(comment.output)")
        let directive = try await validate(
            "version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        # shellcheck disable=SC2086\n        rm $x\n",
            ["--strict"]
        )
        #expect(directive.status == 0, "\(directive.output)")
        let file = try await validate(
            text,
            ["--strict"],
            files: [".shellcheckrc": "disable=SC2068,SC2086\n"]
        )
        #expect(file.status == 0, "\(file.output)")
    }

    @Test(arguments: ["text", "json", "sarif", "github"])
    func `every output format has the ShellCheck findings`(format: String) async throws {
        let text = "version: 0.2\nphases: {build: {commands: ['rm $A']}}\n"
        let outcome = try await validate(text, ["--format", format])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("SC2086"))
        #expect(outcome.output.contains("Double quote to prevent"))
        if format == "sarif" {
            #expect(outcome.output.contains("https://www.shellcheck.net/wiki/SC2086"))
            #expect(!outcome.output.contains("\"ruleIndex\": -1"))
        }
    }

    @Test func `a missing or broken ShellCheck is an error, and no command runs`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "version: 0.2\nphases: {build: {commands: ['touch ran; rm $A']}}\n",
            to: "buildspec.yml"
        )
        func run(_ program: String?) async throws -> BuildspecProcess.Outcome {
            if let program {
                try directory.write("#!/bin/sh\n\(program)\n", to: "bin/shellcheck")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755],
                    ofItemAtPath: directory.path.appending("bin/shellcheck").string
                )
            }
            return try await BuildspecProcess.run(
                ["validate", "--shellcheck"],
                in: directory,
                environment: [
                    "PATH": program == nil ? "/nowhere" : directory.path.appending("bin").string
                ]
            )
        }
        let missing = try await run(nil)
        #expect(missing.status == 64)
        #expect(missing.error.contains("cannot find 'shellcheck' on the PATH; install it"))
        let failing = try await run("echo 'no such option' >&2; exit 3")
        #expect(failing.status == 64)
        #expect(failing.error.contains("no such option"))
        let silent = try await run("echo nonsense")
        #expect(silent.status == 64)
        #expect(silent.error.contains("is not the expected JSON"))
        #expect(try directory.read("ran") == nil)
    }
}
