import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `cache push`, `pull` and `sync` with a real server.
@Suite(.timed, .timeLimit(.minutes(5))) struct `Bucket transfers` {
    @Test func `a push and a pull make stores with the same bytes`() async throws {
        try await SeaweedServer.run { server in
            let aws = [
                "AWS_ENDPOINT_URL_S3": server.url, "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": SeaweedServer.accessKey,
                "AWS_SECRET_ACCESS_KEY": SeaweedServer.secretKey,
            ]
            _ = try await Boto3.run("boto3.client('s3').create_bucket(Bucket='moved')\n", aws)
            let directory = try TemporaryDirectory()
            func cache(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
                try await BuildspecProcess.run(
                    ["cache"] + arguments,
                    in: directory,
                    environment: .init(strings: aws)
                )
            }
            var random = SplitMix64(seed: 12)
            for key in ["a", "b", "c"] {
                let text = random.bytes(20_000).map { String($0, radix: 36) }.joined()
                try directory.write(text, to: "tree/\(key)")
                let saved = try await cache(
                    "save",
                    "--cache",
                    "near",
                    "--scope",
                    "s",
                    "--key",
                    key,
                    "--path",
                    "tree"
                )
                #expect(saved.status == 0)
            }
            let remote = "s3://moved/ci"
            let dry = try await cache(
                "push",
                "--cache",
                "near",
                "--remote",
                remote,
                "--dry-run",
                "a"
            )
            #expect(
                dry.output.hasPrefix("would push key 'a' of 's'\nwould push 1 entry, 2 objects")
            )
            let pushed = try await cache("push", "--cache", "near", "--remote", remote)
            #expect(pushed.status == 0, "\(pushed.error)")
            #expect(pushed.output.contains("pushed 3 entries, "), "\(pushed.output)")
            let pulled = try await cache("pull", "--cache", "other", "--remote", remote)
            #expect(pulled.output.contains("pulled 3 entries, "), "\(pulled.output)")
            let sync = try await cache("sync", "--cache", "near", "--remote", remote, "--json")
            #expect(sync.output.contains("\"direction\": \"pull\""))
            #expect(!sync.output.contains("\"record\""), "nothing is copied twice: \(sync.output)")
            let compared = try await Boto3.run(
                """
                import pathlib
                s3 = boto3.client("s3")
                near = pathlib.Path("\(directory.file("near").string)")
                there = {}
                for page in s3.get_paginator("list_objects_v2").paginate(Bucket="moved"):
                    for item in page["Contents"]:
                        body = s3.get_object(Bucket="moved", Key=item["Key"])["Body"].read()
                        there[item["Key"].removeprefix("ci/")] = body
                def files(store):
                    return {str(p.relative_to(store)): p.read_bytes()
                            for p in (store / "v1").rglob("*") if p.is_file()}
                other = pathlib.Path("\(directory.file("other").string)")
                print(files(near) == there, files(other) == there, len(there))
                """,
                aws
            )
            #expect(compared.hasPrefix("True True "), "\(compared)")
            let verified = try await cache("verify", "--cache", "other")
            #expect(verified.status == 0, "\(verified.error)")
        }
    }

    @Test func `a killed push leaves a sound store, and the next one completes it`() async throws {
        let directory = try TemporaryDirectory()
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        for key in 0..<12 {
            let text = random.bytes(60_000).map { String($0, radix: 36) }.joined()
            try directory.write(text, to: "tree/\(key)")
            let identity = ["--scope", "s", "--key", "k\(key)", "--path", "tree"]
            let saved = try await BuildspecProcess.run(
                ["cache", "save", "--cache", "near"] + identity,
                in: directory
            )
            #expect(saved.status == 0)
        }
        let push = ["cache", "push", "--cache", "near", "--remote", "far"]
        for round in 0..<12 {
            let delay = Int(random.next() % 30_000)
            _ = try await BuildspecProcess.run(push, in: directory) { process in
                // The delay makes the moment random; it waits for nothing.
                try await Task.sleep(for: .microseconds(delay))
                kill(process.value, SIGKILL)
            }
            let verified = try await BuildspecProcess.run(
                ["cache", "verify", "--cache", "far"],
                in: directory
            )
            #expect(verified.status == 0, "seed \(seed), round \(round): \(verified.error)")
        }
        #expect(try await BuildspecProcess.run(push, in: directory).status == 0)
        // A prune deletes the unfinished files of the killed processes.
        for store in ["near", "far"] {
            _ = try await BuildspecProcess.run(["cache", "prune", "--cache", store], in: directory)
        }
        let near = try TreeSnapshot(directory.file("near/v1")).entries.mapValues(\.content)
        let far = try TreeSnapshot(directory.file("far/v1")).entries.mapValues(\.content)
        #expect(near == far, "seed \(seed)")
    }

    @Test func `a transfer reports a missing store and a missing entry`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "tree/x")
        func cache(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                ["cache"] + arguments + ["--cache", "near", "--remote", "far"],
                in: directory
            )
        }
        let pulled = try await cache("pull")
        #expect(pulled.status == 0 && pulled.output.contains("pulled 0 entries"))
        #expect(pulled.error.hasPrefix("warning: cache: there is no store in '"), "\(pulled)")
        #expect(pulled.error.hasSuffix("far' yet\n"), "\(pulled)")
        _ = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "near", "--key", "k", "--path", "tree"],
            in: directory
        )
        let none = try await cache("push", "nokey")
        #expect(none.status == 3 && none.output.isEmpty)
        #expect(none.error.hasPrefix("error: there is no entry 'nokey' in '"), "\(none)")
        #expect(none.error.hasSuffix("near'; 'buildspec cache list' shows all\n"), "\(none)")
        #expect(try await cache("push", "nokey", "k").output.contains("pushed 1 entry"))
        let again = try await cache("sync", "k")
        #expect(again.status == 0 && again.error.isEmpty, "\(again)")
        let pruned = try await BuildspecProcess.run(
            ["cache", "prune", "--cache", "near"],
            in: directory
        )
        #expect(pruned.output.contains("; 1 entry (") && pruned.output.hasSuffix(") stays\n"))
    }

    @Test func `a push without a shared store is an error`() async throws {
        let directory = try TemporaryDirectory()
        let outcome = try await BuildspecProcess.run(["cache", "push"], in: directory)
        #expect(outcome.status == 3)
        #expect(
            outcome.error == "error: there is no shared store; name one with --remote\n",
            "\(outcome.error)"
        )
    }
}
