import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Which commands read a cache policy, and what they say of one that cannot be used.
@Suite(.timeLimit(.minutes(3))) struct `The file of a cache policy` {
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
    func `a policy that cannot be used ends it, with the place of the mistake`(
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

    @Test func `signatures cannot be demanded without a policy`() async throws {
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
                + "one (docs/security.md) or name one with '--cache-policy'\n"
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
    func `what takes entries as they are has no options of a policy`(
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
