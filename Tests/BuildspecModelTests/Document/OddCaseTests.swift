import BuildspecModel
import TestSupport
import Testing

/// An odd text that people write, and its findings in order.
struct OddCase: Sendable, CustomTestStringConvertible {
    var text: String
    var findings: [String]
    /// The text of the first command, if the file is usable.
    var command: String?

    var testDescription: String { text }

    /// Creates a case whose lines are the commands of a build.
    static func commands(
        _ lines: String,
        _ findings: [String] = [],
        reads command: String? = nil
    ) -> OddCase {
        OddCase(
            text: buildspecText(commands: lines),
            findings: findings,
            command: command
        )
    }

    /// Creates a case with phases and further lines.
    static func file(_ lines: String, _ findings: [String] = []) -> OddCase {
        OddCase(
            text: "version: 0.2\nphases: {build: {commands: [make]}}\n\(lines)\n",
            findings: findings,
            command: findings.isEmpty ? "make" : nil
        )
    }
}

@Suite(.timed) struct `Odd cases` {
    private func check(_ oddCase: OddCase) {
        let bytes = Array(oddCase.text.utf8)
        #expect(Buildspec.validate(bytes).diagnostics.map(\.name) == oddCase.findings)
        guard let command = oddCase.command else { return }
        let commands = Buildspec.parse(bytes).buildspec?.phases[.build]?.commands
        #expect(commands?.first?.value == command)
    }

    @Test(arguments: [
        OddCase.commands("- echo \"Hello: world\"", ["command-mapping"]),
        .commands("- echo a: b: c", ["yaml-syntax"]),
        .commands("- echo done:", ["command-mapping"]),
        .commands("- curl http://x.y/z", reads: "curl http://x.y/z"),
        .commands("- date +%H:%M", reads: "date +%H:%M"),
        .commands("- 'echo \"a: b\"'", reads: "echo \"a: b\""),
        .commands("- \"sed 's/\\./x/' f\"", ["yaml-syntax"]),
        .commands("- 'it''s: ok'", ["unbalanced-quote"], reads: "it's: ok"),
        .commands("- echo a #b c", ["comment-cut"], reads: "echo a"),
        .commands("- echo a#b", reads: "echo a#b"),
        .commands("- \"a\" b", ["yaml-syntax"]),
        .commands("- [ -f x ] && echo y", ["yaml-syntax"]),
        .commands("- [[ -f x ]] || exit 1", ["yaml-syntax"]),
        .commands("- { echo a; }", ["command-mapping"]),
        .commands("- ${FOO} --x", reads: "${FOO} --x"),
        .commands("- $(cmd)", reads: "$(cmd)"),
        .commands("- *.txt", ["yaml-syntax"]),
        .commands("- **/*", ["yaml-syntax"]),
        .commands("- &foo echo", ["anchor-eaten"], reads: "echo"),
        .commands("- ! grep x y", ["bang-eaten"], reads: "grep x y"),
        .commands("- `date`", ["yaml-syntax"]),
        .commands("- @x", ["yaml-syntax"]),
        .commands("- %x", ["yaml-syntax"]),
        .commands("- | echo a", ["yaml-syntax"]),
        .commands("- > out.txt echo", ["yaml-syntax"]),
        .commands("- - echo nested", ["command-list"]),
        .commands("-\n- make", ["empty-command"], reads: ""),
        .commands("- # comment\n- make", ["empty-command"], reads: ""),
        .commands("- 1.10", reads: "1.10"),
        .commands("- true", reads: "true"),
        .commands("- \"- echo\"", reads: "- echo"),
        .commands("- \"#!/bin/sh\"", reads: "#!/bin/sh"),
        .commands("  # deep\n- make\n# shallow\n- b", reads: "make"),
        .commands("- echo a\n    b\n  c", reads: "echo a b c"),
        .commands("- a\n  - b", ["folded-item"], reads: "a - b"),
        .commands("- echo a \\\n    b", ["backslash-fold"], reads: "echo a \\ b"),
        .commands("- |\n  echo a \\\n    b", reads: "echo a \\\n  b\n"),
        .commands("- >\n  a\n  b\n\n  c", reads: "a b\nc\n"),
        .commands("- |-\n  a\n  b", reads: "a\nb"),
        .commands("- |\n  cat <<EOF\n  a\n  EOF", reads: "cat <<EOF\na\nEOF\n"),
        .commands("- echo \"a", ["unbalanced-quote"], reads: "echo \"a"),
        .commands("- \"echo a", ["yaml-syntax"]),
    ])
    func `odd commands have the expected findings`(oddCase: OddCase) { check(oddCase) }

    @Test(arguments: [
        OddCase(text: "version: 0.2.0\nphases: {}", findings: ["version"]),
        OddCase(text: "version 0.2\nphases:\n  build: {}", findings: ["yaml-syntax"]),
        OddCase(text: "version: 0.2\nphases:\n\tbuild: {}", findings: ["yaml-syntax"]),
        OddCase(
            text: "version: 0.2\nphases:\n  install: {}\n build: {}",
            findings: ["yaml-syntax"]
        ),
        OddCase(text: "version: 0.2\nphases:\nbuild: {}", findings: ["phases-at-top"]),
        OddCase(text: "version: 0.2\nphases: {prebuild: {}}", findings: ["unknown-phase"]),
        .file("timeout: 5", ["unknown-key"]),
        .file("artifact: {files: [a]}", ["unknown-key"]),
        .file(
            "artifacts: {files: [a], base_directory: b, discard_paths: yes}",
            ["unknown-key", "unknown-key"]
        ),
        .file("phases: {build: {commands: [b]}}", ["duplicate-key"]),
        OddCase(text: "", findings: ["empty-document"]),
        OddCase(
            text: "a: 1\n---\nb: 2\n",
            findings: ["missing-key", "no-phases", "unknown-key", "second-document"]
        ),
        OddCase(
            text: "---\nversion: 0.2\nphases: {build: {commands: [a]}}\n...\n",
            findings: [],
            command: "a"
        ),
        OddCase(
            text: "%YAML 1.2\n---\nversion: 0.2\nphases: {build: {commands: [a]}}\n",
            findings: [],
            command: "a"
        ),
        OddCase(text: "version:\u{A0}0.2\nphases:\n  build: {}\n", findings: ["yaml-syntax"]),
        OddCase(text: "version: 0.2 phases: build: commands: - make", findings: ["yaml-syntax"]),
        OddCase(text: "- version: 0.2", findings: ["wrong-type"]),
        OddCase(text: "make all", findings: ["wrong-type"]),
    ])
    func `odd documents have the expected findings`(oddCase: OddCase) { check(oddCase) }

    @Test(arguments: [
        OddCase.file(
            "env: {variables: {PORT: 8080, DEBUG: true, T: 12:30:45, H: 0x1F, D: 2020-01-01}}"
        ),
        .file("env: {variables: {A: yes, B: on, C: no, E: \"\"}}"),
        .file("env: {variables: {A: , B: ~}}", ["null-variable", "null-variable"]),
        .file("env: {variables: {A: {b: c}, B: [d]}}", ["wrong-type", "wrong-type"]),
        .file("env: {variables: {A: $B-x}}", ["literal-variable"]),
        .file("env: {variables: {PATH: \"$PATH:/x\"}}", ["path-destroyed"]),
        .file("env: {variables: {A: \"${{ secrets.X }}\"}}", ["literal-variable"]),
        .file("env: {secrets-manager: {S: my:KEY}}"),
        .file("env:\n  secrets-manager:\n    S: my: KEY", ["yaml-syntax"]),
        .file("env:\n  secrets-manager:\n    S: 'arn:aws:secretsmanager:r:1:secret:n-AbC:KEY::'"),
        .file(
            "env:\n  secrets-manager:\n    S: arn:aws:secretsmanager:r:1:secret:n-AbC:KEY::",
            ["yaml-syntax"]
        ),
        .file("env: {exported-variables: [AWS_X, $Y]}", ["reserved-variable", "variable-name"]),
        .file("env: {git-credential-helper: sometimes}", ["bad-value"]),
        .file("env: {shell: fish}", ["unusual-value"]),
        .file("reports: {u: {files: [x], file-format: cucumberjson, discard-paths: false}}"),
        .file("artifacts: {files: [a], discard-paths: \"yes\"}"),
    ])
    func `odd scalars have the expected findings`(oddCase: OddCase) { check(oddCase) }

    @Test(arguments: [
        OddCase.file("artifacts: {secondary-artifacts: {a: {files: [b]}}}", ["missing-key"]),
        .file("artifacts:", ["null-section"]),
        .file("artifacts: {files: './x'}", ["dot-slash"]),
        .file("artifacts: {files: [a], type: zip}", ["deprecated-key"]),
        .file("cache: {paths: [node_modules]}"),
        .file("cache: {paths: ['~/.m2']}", ["tilde-path"]),
        .file("cache: {paths: [a], fallback-keys: [b]}", ["fallback-keys"]),
        .file("cache: {paths: }", ["null-section"]),
        .file("reports: {arn:aws:codebuild:r:1:report-group/g: {files: [x]}}"),
        .file("reports: {junit: }", ["null-section"]),
        .file("batch: {build-list: [{buildspec: a}]}", ["missing-key"]),
        .file("batch: {build-list: [{identifier: a, env: {env: {image: b}}}]}", ["misplaced-key"]),
        .file("batch: {build-list: [{identifier: a, depend-on: [b]}]}", ["misplaced-key"]),
        .file("build-matrix: {dynamic: {}}", ["misplaced-key"]),
        .file("batch: {build-fanout: {parallelism: many}}", ["bad-value"]),
        .file("environment_variables: {plaintext: {A: b}}", ["old-syntax"]),
        .file("proxy: {logs: maybe}", ["bad-value"]),
    ])
    func `odd sections have the expected findings`(oddCase: OddCase) { check(oddCase) }
}
