import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Scopes, signatures and policies with the built command.
@Suite(.timed, .timeLimit(.minutes(5)))
struct `Trust in cache commands` {
    /// A directory with a file to save, a signing key, and a policy that trusts the key for `main`.
    private struct PolicyFixture {
        let directory: TemporaryDirectory
        let key: String

        init() async throws {
            directory = try TemporaryDirectory()
            let made = try await BuildspecProcess.run(
                ["cache", "keygen", "-o", "main.key"],
                in: directory
            )
            #expect(made.status == 0)
            key = String(made.output.dropLast())
            try directory.write(
                """
                version: 1
                require-signed: true
                keys:
                  - name: main-ci
                    key: \(key)
                    scopes: [main]

                """,
                to: ".buildspec-cache-policy.yml"
            )
            try directory.write("good", to: "vendor/lib")
        }

        /// Saves `vendor`.
        func save(
            _ more: [String] = [],
            key: String = "k1",
            environment: [Environment.Key: String] = [:]
        ) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                ["cache", "save", "--cache", "store", "--path", "vendor", "--key", key] + more,
                in: directory,
                environment: environment
            )
        }

        func saveSigned() async throws -> BuildspecProcess.Outcome {
            try await save(["--scope", "main", "--sign-key", "main.key"])
        }

        func restore(
            _ more: String...,
            scope: String = "main"
        ) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                [
                    "cache", "restore", "--cache", "store", "--path", "vendor", "--key", "k1",
                    "--scope", scope,
                ] + more,
                in: directory
            )
        }
    }

    @Test func `a signed save warns of an entry that it did not sign, with the remedy`()
        async throws
    {
        let fixture = try await PolicyFixture()
        let name = ".buildspec-cache-policy.yml"
        let policy = try #require(try fixture.directory.read(name))
        try fixture.directory.handle.removeFile(name.utf8)
        _ = try await fixture.save(["--scope", "main"])
        let signed = try await fixture.saveSigned()
        #expect(signed.status == 0)
        #expect(
            signed.error.hasSuffix(
                "the entry 'k1' of 'main' is stored already and is not signed by this key; a save "
                    + "with '--require-signed' and a cache policy replaces it\n"
            ),
            "\(signed)"
        )
        #expect(signed.error.split(separator: "\n").count == 1)
        try fixture.directory.write(policy, to: name)
        let replaced = try await fixture.save([
            "--scope", "main", "--sign-key", "main.key", "--require-signed",
        ])
        #expect(replaced.output.hasPrefix("cache: saved "), "\(replaced)")
        let again = try await fixture.saveSigned()
        #expect(again.error == "" && again.status == 0, "\(again)")
        #expect(try await fixture.restore().output.contains("signed by 'main-ci'"))
    }

    @Test func `'keygen' writes a private file and never overwrites one`() async throws {
        let directory = try TemporaryDirectory()
        let made = try await BuildspecProcess.run(["cache", "keygen", "-o", "k"], in: directory)
        #expect(made.status == 0)
        #expect(made.output.hasPrefix("ed25519:") && made.output.utf8.count == 8 + 44 + 1)
        #expect(made.error.hasPrefix("the private key is in 'k'; its id is "))
        #expect(try directory.handle.status("k".utf8)?.mode == 0o600)
        let text = try #require(try directory.read("k"))
        let again = try await BuildspecProcess.run(["cache", "keygen", "-o", "k"], in: directory)
        #expect(again.status == 64)
        #expect(again.error.contains("'k' exists and is not overwritten"))
        #expect(try directory.read("k") == text)
        #expect(!made.output.contains(text) && !made.error.contains(text))
    }

    @Test func `a signed entry is restored, listed and shown with its signer`() async throws {
        let fixture = try await PolicyFixture()
        #expect(try await fixture.saveSigned().status == 0)
        let restored = try await fixture.restore()
        #expect(restored.error == "")
        #expect(
            restored.output
                == "cache: restored 1 file, 4 B, 1 file unchanged, key 'k1', signed by 'main-ci'\n"
                || restored.output.hasSuffix(", key 'k1', signed by 'main-ci'\n")
        )
        let list = try await fixture.directory.cache("list")
        #expect(list.output.contains("WRITER") && list.output.contains("main-ci"))
        let shown = try await fixture.directory.cache("show", "k1")
        #expect(shown.output.contains("trust      accepted: signed by 'main-ci'\n"))
    }

    @Test(arguments: ["stripped", "forged", "copied"])
    func `a changed key record is refused with one line`(how: String) async throws {
        let fixture = try await PolicyFixture()
        _ = try await fixture.saveSigned()
        let record = """
            import hashlib, os, shutil, sys
            top = "store/v1/keys/main/"
            path = top + "k1/" + os.listdir(top + "k1")[0]
            body = open(path, "rb").read().rsplit(b"end ", 1)[0]
            if sys.argv[1] == "stripped":
                body = body.split(b"signer ")[0]
            elif sys.argv[1] == "forged":
                body = body.replace(b"files 1", b"files 2")
            else:
                shutil.copytree(top + "k1", top + "k2")
                shutil.rmtree(top + "k1")
                sys.exit()
            end = b"end " + hashlib.sha256(body).hexdigest().encode() + b"\\n"
            open(path, "wb").write(body + end)
            """
        try await python(record, how, in: fixture.directory)
        try fixture.directory.handle.directory("vendor".utf8).removeFile("lib".utf8)
        let key = how == "copied" ? "k2" : "k1"
        let restored = try await fixture.directory.cache(
            "restore",
            "--path",
            "vendor",
            "--key",
            key,
            "--scope",
            "main",
            "--fail-on-miss"
        )
        #expect(restored.status == 1)
        let lines = restored.error.split(separator: "\n")
        #expect(lines.count == 1, "\(restored.error)")
        let reason = [
            "stripped": "the entry 'k1' of 'main' is refused: it is not signed",
            "forged": "is refused: its signature does not match the key that it names",
            "copied": "the key record was written for another entry",
        ]
        #expect(restored.error.contains(reason[how] ?? "?"), "\(restored.error)")
        #expect(try fixture.directory.read("vendor/lib") == nil)
        let exported = try await fixture.directory.cache("export", key, "-o", "x.tar")
        #expect(exported.status == 3)
        #expect(try fixture.directory.read("x.tar") == nil)
    }

    @Test func `a pull request reads the entry of main and does not change it`() async throws {
        let fixture = try await PolicyFixture()
        _ = try await fixture.saveSigned()
        let policy = try #require(try fixture.directory.read(".buildspec-cache-policy.yml"))
        try fixture.directory.write(policy + "unsigned-scopes: [pr-*]\n", to: "pr.yml")
        let pr = ["--cache-policy", "pr.yml"]
        let first = try await fixture.restore(
            "--read-scope",
            "main",
            pr[0],
            pr[1],
            scope: "pr-7"
        )
        #expect(first.output.contains(", from scope 'main', signed by 'main-ci'\n"))
        try fixture.directory.write("evil", to: "vendor/lib")
        let saved = try await fixture.save(
            ["--cache-policy", "pr.yml"],
            environment: [
                "BUILDSPEC_CACHE_SCOPE": "pr-7", "BUILDSPEC_CACHE_READ_SCOPES": "main, other",
            ]
        )
        #expect(saved.output.hasPrefix("cache: saved 1 file"), "\(saved)")
        _ = try await fixture.restore()
        #expect(try fixture.directory.read("vendor/lib") == "good")
        _ = try await fixture.restore("--read-scope", "main", pr[0], pr[1], scope: "pr-7")
        #expect(try fixture.directory.read("vendor/lib") == "evil")
    }

    @Test func `'explain' reports a refusal, and the scope of an entry`() async throws {
        let fixture = try await PolicyFixture()
        try fixture.directory.write("version: 1\n", to: "none.yml")
        _ = try await fixture.save(["--scope", "main", "--cache-policy", "none.yml"])
        let explain = ["cache", "explain", "k1", "--cache", "store", "--path", "vendor"]
        let refused = try await BuildspecProcess.run(
            explain + ["--scope", "main"],
            in: fixture.directory
        )
        #expect(
            refused.output.hasPrefix(
                "miss: key 'k1' is stored and cannot be used: the entry 'k1' of 'main' is refused: it "
                    + "is not signed\n"
            ),
            "\(refused)"
        )
        _ = try await fixture.saveSigned()
        let found = try await BuildspecProcess.run(
            explain + ["--scope", "pr-7", "--read-scope", "main"],
            in: fixture.directory
        )
        #expect(found.output.hasPrefix("hit: key 'k1' is stored, in scope 'main'\n"), "\(found)")
        #expect(found.output.contains("\nread      main\n"))
    }

    @Test func `an entry that the policy would refuse is not saved`() async throws {
        let fixture = try await PolicyFixture()
        let unsigned = try await fixture.save(["--scope", "main"])
        #expect(unsigned.status == 0)
        #expect(
            unsigned.output
                == "cache: not saved: the policy requires signed entries for 'main', and there is "
                + "no signing key\n"
        )
        #expect(try fixture.directory.read("store/upkeep") == nil)
    }

    @Test func `an invalid or missing signing key ends a save before it writes`() async throws {
        let fixture = try await PolicyFixture()
        try fixture.directory.write("ed25519-secret:AAAA", to: "bad.key")
        for (variable, value) in [
            ("BUILDSPEC_CACHE_SIGN_KEY_FILE", "bad.key"), ("BUILDSPEC_CACHE_SIGN_KEY", "AAAA"),
            ("BUILDSPEC_CACHE_SIGN_KEY_FILE", "gone.key"),
            ("BUILDSPEC_CACHE_READ_ONLY", "perhaps"),
        ] {
            let saved = try await fixture.save(
                ["--scope", "main"],
                environment: [.init(stringLiteral: variable): value]
            )
            #expect(saved.status == 64 && saved.error.contains(variable), "\(saved)")
            #expect(saved.output == "")
        }
        let good = try #require(try fixture.directory.read("main.key"))
        let saved = try await fixture.save(
            ["--scope", "main"],
            environment: ["BUILDSPEC_CACHE_SIGN_KEY": good]
        )
        #expect(saved.output.hasPrefix("cache: saved 1 file"), "\(saved)")
    }

    @Test func `a refused entry can be compared, and is reported as refused`() async throws {
        let fixture = try await PolicyFixture()
        try fixture.directory.write("version: 1\n", to: "none.yml")
        _ = try await fixture.save(["--scope", "main", "--cache-policy", "none.yml"])
        try fixture.directory.write("better", to: "vendor/lib")
        let compared = try await fixture.directory.cache("diff", "k1", "--exit-code")
        #expect(compared.status == 1 && compared.output.contains("vendor/lib"), "\(compared)")
        #expect(
            compared.error
                == "warning: cache: key 'k1' of 'main' is refused by the policy: it is not signed\n"
        )
        let listed = try await fixture.directory.cache("list")
        #expect(listed.output.contains(" refused\n"), "\(listed)")
        let shown = try await fixture.directory.cache("show", "k1")
        #expect(shown.output.contains("trust      refused: it is not signed\n"), "\(shown)")
    }

    @Test func `'--require-signed' is stricter than the policy`() async throws {
        let fixture = try await PolicyFixture()
        let policy = try #require(try fixture.directory.read(".buildspec-cache-policy.yml"))
        try fixture.directory.write(policy + "unsigned-scopes: ['*']\n", to: "lax.yml")
        _ = try await fixture.save(["--scope", "x", "--cache-policy", "lax.yml"])
        let lax = try await fixture.restore("--cache-policy", "lax.yml", scope: "x")
        #expect(lax.output.contains("key 'k1'\n"))
        let strict = try await fixture.restore(
            "--cache-policy",
            "lax.yml",
            "--require-signed",
            scope: "x"
        )
        #expect(strict.output == "cache: nothing restored: refused by the policy\n")
    }

    @Test func `a read-only cache is neither saved nor pruned`() async throws {
        let fixture = try await PolicyFixture()
        _ = try await fixture.saveSigned()
        let saved = try await fixture.save(
            ["--scope", "main", "--sign-key", "main.key", "--cache-read-only"],
            key: "k2"
        )
        #expect(saved.output == "cache: not saved: the cache is read-only\n" && saved.status == 0)
        let pruned = try await fixture.directory.cache(
            "prune",
            "--max-size",
            "0",
            "--grace",
            "0",
            environment: ["BUILDSPEC_CACHE_READ_ONLY": "1"]
        )
        #expect(
            pruned.status == 3
                && pruned.error
                    == "error: cannot change the store: the cache is read-only; leave out "
                    + "'--cache-read-only' (or BUILDSPEC_CACHE_READ_ONLY)\n",
            "\(pruned)"
        )
        #expect(try await fixture.restore().output.contains("key 'k1'"))
    }

    private func python(
        _ program: String,
        _ argument: String,
        in directory: TemporaryDirectory
    ) async throws {
        let result = try await Subprocess.run(
            .name("python3"),
            arguments: ["-c", program, argument],
            workingDirectory: directory.path,
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
    }
}
