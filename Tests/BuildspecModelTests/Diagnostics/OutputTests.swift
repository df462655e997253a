import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Mistakes in outputs and cache` {
    @Test func `artifacts without files are an error (build-spec-ref: artifacts)`() {
        check(
            """
            version: 0.2
            phases: {}
            1️⃣artifacts:
              secondary-artifacts:
                2️⃣a-b: {name: x}
            """,
            [
                "1️⃣ error missing-key: 'artifacts' needs 'files'",
                "2️⃣ error missing-key: 'artifacts.secondary-artifacts.a-b' needs 'files'",
                "2️⃣ warning unusual-value: 'a-b' is not an artifact identifier; use letters, digits and"
                    + " '_'",
            ]
        )
    }

    @Test func `text that is left from the guide's template is a warning`() {
        check(
            """
            version: 0.2
            phases: {build: {on-failure: 1️⃣ABORT | CONTINUE, commands: [a]}}
            artifacts: {files: a, discard-paths: 2️⃣no | yes, 3️⃣type: zip}
            """,
            [
                "1️⃣ warning template-text: 'ABORT | CONTINUE' is not a value of"
                    + " 'phases.build.on-failure'; write ABORT, CONTINUE, or RETRY with '-<count>' and"
                    + " '-<regex>' if wanted",
                "2️⃣ warning template-text: 'artifacts.discard-paths' must be yes or no, not 'no |"
                    + " yes'; it counts as no",
                "3️⃣ warning deprecated-key: 'type' in 'artifacts' is deprecated and ignored; the"
                    + " project decides the packaging",
            ]
        )
    }

    @Test func `mistakes in a cache section are reported`() {
        check(
            """
            version: 0.2
            phases: {}
            cache:
              paths: [1️⃣'~/.m2/**/*']
              2️⃣fallback-keys: [a, b, c, d, e, 3️⃣f]
              action: 4️⃣Restore
            """,
            [
                "1️⃣ warning tilde-path: '~' is not replaced in a cache path; write '$HOME/.m2/**/*'",
                "2️⃣ warning fallback-keys: 'fallback-keys' has no effect without 'key'",
                "3️⃣ warning too-many: there are 6 fallback keys; the first five count; CodeBuild"
                    + " allows at most 5",
                "4️⃣ error bad-value: 'Restore' is not a value of 'cache.action' that CodeBuild names;"
                    + " did you mean 'restore'?",
            ]
        )
        check(
            "version: 0.2\nphases: {}\ncache: 1️⃣[a]",
            [
                "1️⃣ error wrong-type: 'cache' must be a mapping, not a list; write 'paths:' under 'cache:'"
            ]
        )
    }

    @Test func `a report group without files or with an unknown format is reported`() {
        check(
            """
            version: 0.2
            phases: {}
            reports:
              1️⃣unit: {file-format: 2️⃣JUNIT}
              files: 3️⃣[a]
            """,
            [
                "1️⃣ error missing-key: 'reports.unit' needs 'files'",
                "2️⃣ warning unusual-value: 'JUNIT' is not a value of 'reports.unit.file-format' that"
                    + " CodeBuild names; it can be 'JUNITXML', 'CUCUMBERJSON', 'NUNITXML', 'NUNIT3XML',"
                    + " 'TESTNGXML', 'VISUALSTUDIOTRX', 'CLOVERXML', 'COBERTURAXML', 'JACOCOXML' or"
                    + " 'SIMPLECOV'",
                "3️⃣ error wrong-type: 'reports.files' must be a mapping, not a list; a report group's"
                    + " name is missing above it",
            ]
        )
    }

    @Test func `a report group with an empty list of files is an error (build-spec-ref: reports)`()
    {
        check(
            "version: 0.2\nphases: {}\nreports: {unit: {1️⃣files: []}}",
            ["1️⃣ error missing-key: 'reports.unit' needs 'files'"]
        )
    }

    @Test func `a cache with an empty list of paths is a warning`() {
        check(
            "version: 0.2\nphases: {}\ncache: {1️⃣paths: []}",
            ["1️⃣ warning null-section: 'cache.paths' is empty, so nothing is kept"]
        )
    }

    @Test(arguments: [".", "./", "././", "", "/"])
    func `a cache path that is the source root itself is a warning`(path: String) {
        check(
            "version: 0.2\nphases: {}\ncache: {paths: [target, 1️⃣'\(path)', './x']}",
            [
                "1️⃣ warning root-path: '\(path)' names no file, so nothing is kept for it; name"
                    + " what the build makes, such as 'node_modules/**/*'"
            ]
        )
    }

    @Test(arguments: ["..", "../**/*", "/**/*"])
    func `a cache path that includes the whole source root is a warning`(path: String) {
        check(
            "version: 0.2\nphases: {}\ncache: {paths: [target, 1️⃣'\(path)', './x']}",
            [
                "1️⃣ warning root-path: '\(path)' includes the whole source root, so nothing is kept"
                    + " for it; name what the build makes, such as 'node_modules/**/*'"
            ]
        )
    }

    @Test(arguments: [
        "**/*", "*", "**", "./**/*", ".*", "{a,.git}", "{out,{.g?t,b}}/**/*", ".git/**/*", ".g*",
        "**/.git/**/*", "../*/*", "$CODEBUILD_SRC_DIR/**/*",
        "${CODEBUILD_SRC_DIR}/*",
        "[!x]*", "*.*",
    ])
    func `a cache path that includes the sources is a warning`(path: String) {
        check(
            "version: 0.2\nphases: {}\ncache: {paths: [target, 1️⃣'\(path)']}",
            [
                "1️⃣ warning sources-cached: '\(path)' includes the sources; '.git' and the files"
                    + " that git tracks are left out. Name what the build makes, such as 'node_modules/**/*'"
            ]
        )
    }

    @Test(arguments: [
        "node_modules/**/*", "lib", "**/node_modules/**/*", "*/target/**/*", "**/*.jar", "src/**/*",
        "../cache/**/*", "/root/.m2/**/*", "$HOME/**/*", "${HOME}/.cache", ".gitlab-cache/**",
        "{a,b}/**/*", ".github", "/.git", "a{b", "{,}}{",
    ])
    func `a cache path that does not include the sources has no warning`(path: String) {
        check("version: 0.2\nphases: {}\ncache: {paths: ['\(path)']}", [])
    }
}

@Suite(.timed) struct `Misplaced keys` {
    private func homes(_ text: String) -> [String] {
        Buildspec.parse(Array("version: 0.2\nphases: {build: {commands: [make]}}\n\(text)".utf8))
            .diagnostics.filter { $0.name == "misplaced-key" }
            .map { $0.message.split(separator: "; ", maxSplits: 1).last.map(String.init) ?? "" }
    }

    @Test(arguments: [
        ("reports:\n  unit: {files: [a]}\nbase-directory: x\n", "reports.unit"),
        ("artifacts: {files: [a]}\nbase-directory: x\n", "artifacts"),
        ("base-directory: x\nartifacts: {files: [a]}\n", "artifacts"),
        (
            "artifacts: {files: [a]}\nreports:\n  unit: {files: [a]}\ndiscard-paths: yes\n",
            "reports.unit"
        ),
        (
            "reports:\n  unit: {files: [a]}\nartifacts: {files: [a]}\ndiscard-paths: yes\n",
            "artifacts"
        ),
        ("reports:\n  a: {files: [a]}\n  b: {files: [a]}\nfile-format: JUNITXML\n", "reports.b"),
        ("cache: {paths: [a]}\nkey: x\n", "cache"),
        ("base-directory: x\n", "artifacts"),
        (
            "env: {variables: {A: b}}\nbatch: {build-list: [{identifier: a, variables: {A: b}}]}\n",
            "batch.build-list[].env"
        ),
        ("batch: {build-list: [{identifier: a, image: b}]}\n", "batch.build-list[].env"),
    ])
    func `the finding for a misplaced key names a section that the file has`(
        text: String,
        home: String
    ) {
        #expect(homes(text) == ["it belongs under '\(home)', check the indentation"])
    }

    @Test func `the finding for a shell's path suggests the shell's name`() {
        func message(_ shell: String) -> String? {
            let text = "version: 0.2\nphases: {build: {commands: [make]}}\nenv: {shell: \(shell)}\n"
            return Buildspec.parse(Array(text.utf8)).diagnostics.first?.message
        }
        let all = "it can be 'bash', '/bin/sh', 'powershell.exe' or 'cmd.exe'"
        let remedies = [
            ("/bin/bash", "write 'bash'"), ("/usr/bin/bash", "write 'bash'"),
            ("/usr/bin/env bash", "write 'bash'"), ("/usr/local/bin/bash", "write 'bash'"),
            ("sh", "write '/bin/sh'"), ("/usr/bin/sh", "write '/bin/sh'"),
            ("dash", "write '/bin/sh'"), ("/bin/dash", "write '/bin/sh'"),
            ("/bin/ash", "write '/bin/sh'"), ("zsh", all), ("/bin/zsh", all), ("/bin/ksh", all),
            ("bsh", "did you mean 'bash'?"),
        ]
        for (shell, remedy) in remedies {
            #expect(
                message(shell)
                    == "'\(shell)' is not a value of 'env.shell' that CodeBuild names; \(remedy)"
            )
        }
        #expect(message("bash") == nil)
        #expect(message("/bin/sh") == nil)
    }
}
