import BuildspecCache
import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The commands that read a cache policy, and their errors for an invalid one.
@Suite(.timed, .timeLimit(.minutes(3))) struct `Cache policy files` {
    @Test(arguments: [
        (
            "version: 1\nkeys:\n  - name: a\n    key: nonsense\n    scopes: x\n",
            "policy.yml:4:10: error: this is not a public key; "
        ),
        (
            "version: 1\nmax-age: 30\n",
            "policy.yml:2:10: error: max-age: '30' has no unit; "
        ),
        (
            "version: 1\nkeys:\n  - name: a\n    key: ed25519:111111111111111111111111111111111111111111A=\n"
                + "    scopes: x\n    not-after: 2027-02-30\n",
            "policy.yml:6:16: error: 'not-after' must be a day such as 2027-06-30"
        ),
        ("version: 1\nrequire-signed: maybe\n", "policy.yml:2:17: error: "),
        ("version: [\n", "policy.yml:"),
        (nil, "error: there is no cache policy 'policy.yml'\n"),
    ])
    func `an invalid policy ends the command with the position of the mistake`(
        text: String?,
        message: String
    ) async throws {
        let directory = try TemporaryDirectory()
        if let text { try directory.write(text, to: "policy.yml") }
        let list = try await BuildspecProcess.run(
            [
                "cache", "restore", "--cache", "store", "--path", "x", "--cache-policy",
                "policy.yml",
            ],
            in: directory
        )
        #expect(list.status == 3 && list.output == "", "\(list)")
        #expect(list.error.hasPrefix(message), "\(list.error)")
        let run = try await BuildspecProcess.run(
            ["run", "--cache", "store", "--cache-policy", "policy.yml"],
            in: directory
        )
        #expect(run.status == 2 && run.error.hasPrefix(message), "\(run)")
    }

    private func restore(
        _ more: [String] = [],
        in directory: TemporaryDirectory,
        environment: [Environment.Key: String] = [:]
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["cache", "restore", "--cache", "store", "--path", "x"] + more,
            in: directory,
            environment: environment
        )
    }

    @Test(arguments: [nil, "version: 1\n", "link"])
    func `a policy that ends in '.yaml' is an error`(other: String?) async throws {
        let directory = try TemporaryDirectory()
        let name = ".buildspec-cache-policy.yaml"
        if other == "link" {
            try directory.handle.makeLink(name.utf8, to: Array("nowhere".utf8))
        } else {
            try directory.write("version: 1\nrequire-signed: true\n", to: name)
        }
        // The file is an error even if a file with the right name exists.
        if other == "version: 1\n" {
            try directory.write("version: 1\n", to: ".buildspec-cache-policy.yml")
        }
        let outcome = try await restore(in: directory)
        #expect(outcome.status == 3)
        #expect(
            outcome.error
                == "error: '\(directory.file(name))' does not have the name of a cache policy, "
                + "'.buildspec-cache-policy.yml'; rename or remove the file\n"
        )
        // It is not an error if '--cache-policy' names a policy.
        try directory.write("version: 1\n", to: "policy.yml")
        #expect(try await restore(["--cache-policy", "policy.yml"], in: directory).status == 0)
    }

    @Test func `a policy or key that is not a regular file is one error`() async throws {
        let directory = try TemporaryDirectory()
        let policy = try await restore(["--cache-policy", "/dev/null"], in: directory)
        #expect(
            policy.error
                == "error: cannot read the cache policy '/dev/null': it is not a regular file\n"
        )
        let key = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "s", "--path", "x", "--sign-key", "/dev/null"],
            in: directory
        )
        #expect(
            key.error == "Error: --sign-key: cannot read '/dev/null': it is not a regular file\n"
        )
        let empty = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "s", "--path", "x", "--sign-key", ""],
            in: directory
        )
        #expect(empty.status == 64 && empty.error.hasPrefix("Error: --sign-key: the name is empty"))
    }

    /// Commands whose last argument or option takes a file name.
    private static let fileNameCommands = [
        ["cache", "save", "--path", "x", "--sign-key"], ["run", "--sign-key"],
        ["cache", "restore", "--path", "x", "--cache-policy"], ["run", "--cache-policy"],
        ["run", "--env-file"], ["run", "--secrets-file"], ["run", "--config"], ["run", "--source"],
        ["run", "--buildspec"], ["run", "--exports"], ["run", "--events"], ["run", "--cache"],
        ["run", "--artifacts"], ["cache", "keygen", "--output"], ["validate"],
    ]

    @Test(arguments: fileNameCommands)
    func `a key instead of a file name is refused and not shown`(
        command: [String]
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "version: 0.2\nphases: {build: {commands: [env]}}\n",
            to: "buildspec.yml"
        )
        let secret = SigningKey().secret
        let option = command.last?.hasPrefix("--") == true
        let forms = ["ed25519-secret:\(secret)", "# a key\ned25519-secret:\(secret)\n"]
        for form in forms {
            var all = [command + [form]]
            if option { all.append(command.dropLast() + ["\(command[command.count - 1])=\(form)"]) }
            for arguments in all {
                let outcome = try await BuildspecProcess.run(arguments, in: directory)
                #expect(outcome.status == 64)
                #expect(
                    outcome.error.contains("the value is a key, not a file, and is not shown; ")
                )
                #expect(outcome.error.contains("BUILDSPEC_CACHE_SIGN_KEY"))
                #expect(!"\(outcome)".contains(secret), "\(outcome)")
            }
        }
    }

    /// The secret of 32 bytes of 0xFF; a file path replaces `//` by `/`.
    static let slashes = String(repeating: "/", count: 42) + "8="

    @Test(arguments: ["--sign-key", "--cache-policy"], [SigningKey().secret, slashes])
    func `a bare key is not shown as a file name, and can be a cache key`(
        option: String,
        secret: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "x")
        let save = ["cache", "save", "--cache", "store", "--path", "x"]
        let refused = try await BuildspecProcess.run(save + [option, secret], in: directory)
        #expect(refused.status != 0 && refused.error.contains("not a file, and is not shown; "))
        #expect(!"\(refused)".contains(secret), "\(refused)")
        #expect(
            try await BuildspecProcess.run(save + ["--key", secret], in: directory).status == 0
        )
    }

    @Test(arguments: [
        "BUILDSPEC_CACHE_SIGN_KEY_FILE", "BUILDSPEC_CACHE_POLICY", "BUILDSPEC_CONFIG",
        "BUILDSPEC_CACHE", "BUILDSPEC_REMOTE",
    ])
    func `a key in a variable for a file name is not shown`(variable: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "version: 0.2\nphases: {build: {commands: [env]}}\n",
            to: "buildspec.yml"
        )
        let secret = SigningKey().secret
        let name = Environment.Key(stringLiteral: variable)
        for arguments in [["run"], ["cache", "save", "--path", "x"]] {
            let outcome = try await BuildspecProcess.run(
                arguments,
                in: directory,
                environment: [name: "ed25519-secret:\(secret)"]
            )
            #expect(outcome.status != 0 && !"\(outcome)".contains(secret), "\(outcome)")
            if variable.hasSuffix("KEY_FILE") {
                #expect(
                    outcome.error
                        == "Error: \(variable): the value is a key, not a file, and is not shown; "
                        + "put the key in BUILDSPEC_CACHE_SIGN_KEY\n"
                )
            }
        }
    }

    @Test func `'--require-signed' without a policy is an error`() async throws {
        let directory = try TemporaryDirectory()
        let outcome = try await BuildspecProcess.run(
            ["cache", "restore", "--cache", "store", "--path", "x", "--require-signed"],
            in: directory
        )
        #expect(outcome.status == 3)
        let path = directory.file(".buildspec-cache-policy.yml")
        #expect(
            outcome.error
                == "error: signed entries are required, but there is no cache policy '\(path)'; write "
                + "one (docs/security.md), or name one with '--cache-policy'\n"
        )
        try directory.write("version: 1\n", to: ".buildspec-cache-policy.yml")
        let empty = try await BuildspecProcess.run(
            ["cache", "restore", "--cache", "store", "--path", "x"],
            in: directory,
            environment: ["BUILDSPEC_CACHE_REQUIRE_SIGNED": "1"]
        )
        #expect(empty.status == 3)
        #expect(empty.error.contains("the cache policy has no 'keys'"))
    }

    @Test(arguments: ["push", "pull", "sync", "prune", "verify"])
    func `commands that do not check entries accept no policy options`(
        command: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("no policy: [", to: ".buildspec-cache-policy.yml")
        let refused = try await BuildspecProcess.run(
            ["cache", command, "--cache", "a", "--remote", "b", "--require-signed"],
            in: directory
        )
        #expect(refused.status == 64 && refused.error.contains("--require-signed"), "\(refused)")
        let done = try await BuildspecProcess.run(
            ["cache", command, "--cache", "a", "--remote", "b"],
            in: directory
        )
        #expect(done.status == 0 && !done.error.contains("policy"), "\(done)")
    }
}
