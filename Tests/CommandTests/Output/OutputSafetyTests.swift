import BuildspecCache
import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Outputs that must not replace inputs, and keys that must not be printed.
@Suite(.timed, .timeLimit(.minutes(3)))
struct OutputSafetyTests {
    private static let buildspec = """
        version: 0.2
        env: { exported-variables: [A] }
        phases: { build: { commands: ['A=1'] } }

        """

    private func directory() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        for name in ["vars.env", "secrets"] { try directory.write("A=1\n", to: name) }
        try directory.write("cache:\n  max-size: 1GB\n", to: "config.yml")
        try directory.write("version: 1\n", to: "policy.yml")
        try directory.handle.makeLink("link".utf8, to: Array("buildspec.yml".utf8))
        try directory.handle.makeHardLink(
            "hard".utf8,
            to: "buildspec.yml".utf8,
            in: directory.handle
        )
        return directory
    }

    @Test(
        arguments: [
            "buildspec.yml", "./buildspec.yml", "link", "hard", "vars.env", "secrets", "config.yml",
            "policy.yml",
        ],
        ["--events", "--exports"]
    )
    func `an output that is an input of the build is refused`(
        file: String,
        option: String
    ) async throws {
        let directory = try directory()
        let before = try TreeSnapshot(directory.path)
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "st", "--env-file", "vars.env", "--secrets-file", "secrets"]
                + ["--config", "config.yml", "--cache-policy", "policy.yml", option, file],
            in: directory
        )
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.error.contains("\(option): cannot write '\(file)': it is "), "\(outcome)")
        #expect(try TreeSnapshot(directory.path) == before)
    }

    @Test(
        arguments: [
            "run --cache none >> buildspec.yml", "plan >> buildspec.yml",
            "run --cache none --env-file vars.env >> vars.env",
            "run --cache none --events - 2>> buildspec.yml",
        ]
    )
    func `a log into an input of the command is refused`(command: String) async throws {
        let directory = try directory()
        let before = try TreeSnapshot(directory.path)
        let output = try await directory.shell(
            "'\(BuildspecProcess.path)' \(command) && exit 1; test $? = 64",
            environment: .custom(BuildspecProcess.environment(in: directory))
        )
        guard !command.contains(" 2>>") else { return }
        #expect(output.contains("standard output: cannot write '"), "\(output)")
        #expect(output.contains(": it is the "), "\(output)")
        #expect(try TreeSnapshot(directory.path) == before)
    }

    @Test func `an output at the path of a missing input is refused`() async throws {
        let directory = try directory()
        for file in [".buildspec-cache-policy.yml", ".aws/credentials"] {
            let outcome = try await BuildspecProcess.run(
                ["run", "--cache", "none", "--exports", file],
                in: directory,
                environment: ["HOME": directory.path.string]
            )
            #expect(outcome.status == 64, "\(outcome)")
            #expect(outcome.error.contains("cannot write '\(file)': it is "), "\(outcome)")
        }
    }

    @Test func `an output does not replace a file that git tracks`() async throws {
        let directory = try directory()
        try directory.write("int main;", to: "main.c")
        try directory.write(
            "version: 0.2\nphases: { build: { commands: ['git init -q . && git add main.c'] } }\n",
            to: "git.yml"
        )
        let git = ["run", "--cache", "none", "--buildspec", "git.yml"]
        #expect(try await BuildspecProcess.run(git, in: directory).status == 0)
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--exports", "main.c"],
            in: directory
        )
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("which git tracks"), "\(outcome)")
        #expect(try directory.read("main.c") == "int main;")
    }

    @Test func `two outputs with the same file are refused`() async throws {
        let directory = try directory()
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--exports", "o", "--events", "./o"],
            in: directory
        )
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("--exports writes to it too"), "\(outcome)")
        #expect(try directory.read("o") == nil)
    }

    @Test func `an output replaces one hard link and keeps the content of the other`() async throws
    {
        let directory = try directory()
        try directory.write("A=old\n", to: "other")
        try directory.handle.makeHardLink("o".utf8, to: "other".utf8, in: directory.handle)
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--exports", "o"],
            in: directory
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try directory.read("o") == "A=1\n")
        #expect(try directory.read("other") == "A=old\n")
    }

    @Test func `an export into the store or over the policy is refused`() async throws {
        let directory = try directory()
        try directory.write("x", to: "a/f")
        let save = ["cache", "save", "--cache", "st", "--scope", "s", "--key", "k", "--path", "a"]
        #expect(try await BuildspecProcess.run(save, in: directory).status == 0)
        let before = try TreeSnapshot(directory.file("st"))
        for output in ["st/v1/x.tar", "st/x.tar"] {
            let outcome = try await BuildspecProcess.run(
                ["cache", "export", "k", "--cache", "st", "-o", output],
                in: directory
            )
            #expect(outcome.status == 3, "\(outcome)")
            #expect(outcome.error.contains("would be inside the store"), "\(outcome)")
        }
        try directory.handle.makeHardLink("p.tar".utf8, to: "policy.yml".utf8, in: directory.handle)
        let outcome = try await BuildspecProcess.run(
            ["cache", "export", "k", "--cache", "st", "-o", "p.tar"]
                + ["--cache-policy", "policy.yml"],
            in: directory
        )
        #expect(outcome.status != 0)
        #expect(try directory.read("policy.yml") == "version: 1\n")
        #expect(try TreeSnapshot(directory.file("st")) == before)
    }

    // MARK: Keys and policies

    @Test(arguments: ["--sign-key", "BUILDSPEC_CACHE_SIGN_KEY_FILE", "BUILDSPEC_CACHE_SIGN_KEY"])
    func `a signing key is masked even if no cache uses it`(source: String) async throws {
        let directory = try directory()
        let key = SigningKey()
        try directory.write(key.text, to: "main.key")
        _ = unsafe chmod(directory.file("main.key").string, 0o600)
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['tail -n1 main.key; tail -n1 main.key | tr -d =; cat /proc/$PPID/environ || :'] } }
            """,
            to: "buildspec.yml"
        )
        let isOption = source == "--sign-key"
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--events", "e"] + (isOption ? [source, "main.key"] : []),
            in: directory,
            environment: isOption
                ? [:]
                : [.init(stringLiteral: source): source.hasSuffix("FILE") ? "main.key" : key.text]
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.contains("ed25519-secret:***"))
        let all = outcome.output + outcome.error + (try directory.read("e") ?? "")
        #expect(!all.contains(key.secret.prefix { $0 != "=" }))
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660])
    func `a signing key that other users can read is refused`(mode: Int) async throws {
        let directory = try directory()
        try directory.write(SigningKey().text, to: "main.key")
        try directory.write("x", to: "a/f")
        _ = unsafe chmod(directory.file("main.key").string, mode_t(mode))
        let save = ["cache", "save", "--cache", "st", "--path", "a", "--sign-key", "main.key"]
        let outcome = try await BuildspecProcess.run(save, in: directory)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("chmod 600 main.key"), "\(outcome)")
        let run = ["run", "--cache", "none", "--sign-key", "main.key"]
        #expect(try await BuildspecProcess.run(run, in: directory).status == 64)
        _ = unsafe chmod(directory.file("main.key").string, 0o600)
        #expect(try await BuildspecProcess.run(save, in: directory).status == 0)
    }

    @Test func `a private key instead of a policy is not printed`() async throws {
        let directory = try directory()
        let key = SigningKey()
        for text in [
            key.text,
            "version: 1\nkeys:\n  - name: a\n    key: \(key.text.split(separator: "\n")[1])\n",
            "version: 1\nkeys:\n  - name: a\n    key: \(key.secret)\n    scopes: [main]\n",
        ] {
            try directory.write(text, to: ".buildspec-cache-policy.yml")
            let outcome = try await BuildspecProcess.run(["run", "--cache", "st"], in: directory)
            #expect(outcome.status == 2, "\(outcome)")
            #expect(!(outcome.output + outcome.error).contains(key.secret), "\(outcome)")
        }
        try directory.write(key.text, to: "main.key")
        for arguments in [
            ["validate", "main.key"], ["run", "--buildspec", "main.key"],
            ["run", "--config", "main.key"], ["run", "--cache", "none", "--env-file", "main.key"],
        ] {
            let outcome = try await BuildspecProcess.run(arguments, in: directory)
            #expect(!(outcome.output + outcome.error).contains(key.secret), "\(arguments)")
        }
    }

    @Test(arguments: ["a link", "a directory", "another name"])
    func `a policy that exists and cannot be read ends the command`(kind: String) async throws {
        let directory = try directory()
        let name = ".buildspec-cache-policy.yml"
        switch kind {
        case "a link": try directory.handle.makeLink(name.utf8, to: Array("none".utf8))
        case "a directory": try directory.handle.makeDirectory(name.utf8)
        default: try directory.write("version: 1\n", to: ".buildspec-cache-policy.yaml")
        }
        let run = try await BuildspecProcess.run(["run", "--cache", "st"], in: directory)
        #expect(run.status == 2)
        #expect(run.error.contains("cache policy"), "\(run)")
        let restore = try await BuildspecProcess.run(
            ["cache", "restore", "--cache", "st", "--path", "a"],
            in: directory
        )
        #expect(restore.status == 3)
    }

    @Test func `a configuration that is a broken link ends the command`() async throws {
        let directory = try directory()
        try directory.write("", to: "home/.config/buildspec/x")
        let folder = try DirectoryHandle.open(
            PathBytes(directory.file("home/.config/buildspec").string)
        )
        try folder.makeLink("config.yml".utf8, to: Array("none".utf8))
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("cannot read the configuration"), "\(outcome)")
    }
}
