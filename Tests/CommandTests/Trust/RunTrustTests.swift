import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Entries that `run` trusts, the audit of them, and the signing key.
@Suite(.timed, .timeLimit(.minutes(5)))
struct `Trust in builds` {
    /// A directory with a buildspec, a signing key, and a policy that trusts the key for `main`.
    private struct SignedBuildFixture {
        let directory: TemporaryDirectory
        let secret: String

        init() async throws {
            directory = try TemporaryDirectory()
            let made = try await BuildspecProcess.run(
                ["cache", "keygen", "-o", "main.key"],
                in: directory
            )
            let text = try #require(try directory.read("main.key"))
            secret = String(text.split(separator: ":").last ?? "").split(separator: "\n").joined()
            try directory.write(policy(made.output, scopes: "[main]"), to: "policy.yml")
            try directory.write(
                """
                version: 0.2
                phases:
                  build:
                    commands:
                      - mkdir -p vendor
                      - echo content >>vendor/lib
                      - env | grep SIGN_KEY || echo no key
                      - echo "$LEAK"
                cache:
                  key: k1
                  paths: [vendor]

                """,
                to: "buildspec.yml"
            )
        }

        func policy(_ key: String, scopes: String) -> String {
            """
            version: 1
            require-signed: true
            keys:
              - name: main-ci
                key: \(key.split(separator: "\n").joined())
                scopes: \(scopes)

            """
        }

        func run(_ more: [String]) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                ["run", "--cache", "store", "--project", "p", "--cache-policy", "policy.yml"]
                    + more,
                in: directory,
                environment: [
                    "BUILDSPEC_CACHE_SIGN_KEY": "ed25519-secret:\(secret)",
                    "BUILDSPEC_CACHE_SIGN_KEY_FILE": "", "LEAK": "it is \(secret)",
                ]
            )
        }

        func audit(_ more: String...) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                ["cache", "audit", "--project", "p"] + more,
                in: directory
            )
        }
    }

    @Test func `a signing key is hidden from the commands and from the log`() async throws {
        let fixture = try await SignedBuildFixture()
        let run = try await fixture.run(["--scope", "main"])
        #expect(run.status == 0, "\(run)")
        #expect(run.output.contains("no key\n"))
        #expect(run.output.contains("it is ***\n"))
        #expect(!run.output.contains(fixture.secret) && !run.error.contains(fixture.secret))
    }

    @Test func `a read-only build in another scope restores from main and saves nothing`()
        async throws
    {
        let fixture = try await SignedBuildFixture()
        _ = try await fixture.run(["--scope", "main"])
        let run = try await fixture.run(
            ["--scope", "pr-7", "--read-scope", "main", "--cache-read-only", "--events", "log"]
        )
        #expect(run.output.contains("key 'k1', from scope 'main', signed by 'main-ci'\n"), "\(run)")
        #expect(run.output.contains("not saved: the cache is read-only\n"))
        let events = try #require(try fixture.directory.read("log"))
        #expect(events.contains(#""scope":"main","ownScope":false,"#))
        #expect(events.contains(#""trust":{"state":"verified","key":"main-ci"}"#))
        let list = try await BuildspecProcess.run(
            ["cache", "list", "--cache", "store", "--json"],
            in: fixture.directory
        )
        #expect(list.output.contains(#""scope": "main""#) && !list.output.contains("pr-7"))
    }

    @Test func `a build without a key for its scope saves nothing and reports the reason`()
        async throws
    {
        let fixture = try await SignedBuildFixture()
        let run = try await fixture.run(["--scope", "pr-7"])
        #expect(
            run.output.contains(
                "not saved: the signing key 'main-ci' may not sign for the scope 'pr-7'\n"
            ),
            "\(run)"
        )
        #expect(run.status == 0)
    }

    @Test func `'audit' checks restored entries against the earlier and the present policy`()
        async throws
    {
        let fixture = try await SignedBuildFixture()
        let none = try await fixture.audit()
        #expect(none.output == "no build of 'p' has restored a cache entry on this machine yet\n")
        for _ in 0..<3 { _ = try await fixture.run(["--scope", "main"]) }
        let plain = try await fixture.audit()
        #expect(
            plain.output.contains(", build 3 of 'p'\n  entry     key 'k1' of 'main'\n"),
            "\(plain)"
        )
        #expect(!plain.output.contains("build 2 of"))
        #expect(plain.output.contains("  then      accepted: signed by 'main-ci'\n"))
        #expect(plain.output.contains("  now       not checked: there is no policy\n"))
        let same = try await fixture.audit("--cache-policy", "policy.yml", "--exit-code")
        #expect(same.status == 0)
        #expect(same.output.contains("  now       accepted: signed by 'main-ci'\n"))
        // The key was stolen, so it is removed from the policy.
        let other = try await BuildspecProcess.run(
            ["cache", "keygen", "-o", "other.key"],
            in: fixture.directory
        )
        try fixture.directory.write(fixture.policy(other.output, scopes: "main"), to: "policy.yml")
        let after = try await fixture.audit(
            "--cache-policy",
            "policy.yml",
            "--exit-code",
            "--last",
            "2",
            "--json"
        )
        #expect(after.status == 1)
        #expect(after.output.contains(#""build": 2,"#) && after.output.contains(#""build": 3,"#))
        #expect(after.output.contains(#""state": "refused""#))
        #expect(after.output.contains("is not in the policy"))
        let refused = try await fixture.run(["--scope", "main", "--strict-cache"])
        #expect(refused.status == 3)
        #expect(
            refused.output.contains("the entry 'k1' of 'main' is refused: its key"),
            "\(refused)"
        )
    }

    @Test func `'audit' includes entries of 'cache restore'`() async throws {
        let fixture = try await SignedBuildFixture()
        _ = try await fixture.run(["--scope", "p"])
        try fixture.directory.write("version: 1\nunsigned-scopes: ['*']\n", to: "policy.yml")
        _ = try await fixture.run(["--scope", "p"])
        let restored = try await BuildspecProcess.run(
            [
                "cache", "restore", "--cache", "store", "--key", "k1", "--path", "vendor",
                "--scope", "p",
            ],
            in: fixture.directory
        )
        #expect(restored.output.contains("key 'k1'\n"), "\(restored)")
        let name = fixture.directory.path.lastComponent?.string ?? ""
        let audit = try await BuildspecProcess.run(["cache", "audit"], in: fixture.directory)
        #expect(audit.output.contains(", without a build of '\(name)'\n"), "\(audit)")
        #expect(audit.output.contains("  then      not checked: there is no policy\n"))
    }
}
