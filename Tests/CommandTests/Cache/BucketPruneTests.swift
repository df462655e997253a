import BuildspecCache
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Processes that save, restore and prune one bucket at the same time.
@Suite(.timed, .timeLimit(.minutes(6))) struct `Bucket pruning` {
    private typealias Variables = [Environment.Key: String]
    /// The bucket of this test alone, because tests share the server.
    private let bucket = "shared-\(UInt32.random(in: 0 ... .max))"

    private var store: String { "s3://\(bucket)/ci" }

    private func variables(_ server: MotoServer) -> Variables {
        [
            "AWS_ENDPOINT_URL_S3": server.url, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        ]
    }

    private func makeBucket(_ server: MotoServer) async throws {
        let environment = variables(server).map { ("\($0.key)", $0.value) }
        _ = try await Boto3.run(
            "boto3.client('s3').create_bucket(Bucket='\(bucket)')\n",
            Dictionary(uniqueKeysWithValues: environment)
        )
    }

    /// Makes a tree that shares most of its files with the others.
    private func tree(_ number: Int) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for file in 0..<6 { try directory.write("\(file)", to: "tree/\(file)") }
        try directory.write("\(number)", to: "tree/number")
        return directory
    }

    private func cache(
        _ command: String,
        _ arguments: [String],
        _ directory: TemporaryDirectory,
        _ variables: Variables
    ) async throws -> BuildspecProcess.Outcome {
        let identity = ["--scope", "p", "--path", "tree/**/*"]
        return try await BuildspecProcess.run(
            ["cache", command, "--cache", store] + (command == "prune" ? [] : identity)
                + arguments,
            in: directory,
            environment: variables
        )
    }

    /// Runs the rounds of one agent, which expects one of the trees or a miss.
    ///
    /// - Returns: The number of misses.
    /// - Throws: An error if a command cannot be started.
    private func work(_ number: Int, _ variables: Variables) async throws -> Int {
        var misses = 0
        for round in 0..<3 {
            let source = try tree(number * 10 + round % 2)
            let key = round == 1 ? [] : ["--key", "k\(number)-\(round)"]
            let saved = try await cache("save", key, source, variables)
            #expect(saved.status == 0, "\(saved.error)")
            let target = try TemporaryDirectory()
            let restored = try await cache("restore", key, target, variables)
            #expect(restored.status == 0, "\(restored.error)")
            guard let found = try target.read("tree/number") else {
                misses += 1
                continue
            }
            // All agents save the default entry.
            if round != 1 { #expect(found == "\(number * 10 + round % 2)") }
            for file in 0..<6 { #expect(try target.read("tree/\(file)") == "\(file)") }
        }
        return misses
    }

    /// Runs five agents and prunes at the same time.
    ///
    /// - Returns: The number of misses.
    /// - Throws: An error if a command cannot be started.
    private func runAgents(
        _ variables: Variables,
        pruning limits: [String]
    ) async throws -> Int {
        let directory = try TemporaryDirectory()
        return try await withThrowingTaskGroup(of: Int.self) { tasks in
            for number in 0..<5 {
                tasks.addTask { try await work(number, variables) }
            }
            tasks.addTask {
                for _ in 0..<6 {
                    let outcome = try await cache("prune", limits, directory, variables)
                    #expect(outcome.status == 0, "\(outcome.error)")
                }
                return 0
            }
            return try await tasks.reduce(0, +)
        }
    }

    @Test func `agents miss no entry while prunes wait for the grace period`() async throws {
        try await MotoServer.run { server in
            try await makeBucket(server)
            let variables = variables(server)
            #expect(try await runAgents(variables, pruning: []) == 0)
            let directory = try TemporaryDirectory()
            let verified = try await BuildspecProcess.run(
                ["cache", "verify", "--cache", store],
                in: directory,
                environment: variables
            )
            #expect(verified.status == 0, "\(verified.error)")
        }
    }

    /// Without a grace period, misses are allowed, and wrong bytes are not.
    @Test func `agents restore complete entries during prunes without a grace period`() async throws
    {
        try await MotoServer.run { server in
            try await makeBucket(server)
            let variables = variables(server)
            _ = try await runAgents(variables, pruning: ["--grace", "0", "--max-count", "4"])
            let directory = try TemporaryDirectory()
            _ = try await cache("prune", ["--grace", "0"], directory, variables)
            let source = try tree(99)
            #expect(try await cache("save", ["--key", "last"], source, variables).status == 0)
            let target = try TemporaryDirectory()
            _ = try await cache("restore", ["--key", "last"], target, variables)
            let restored = try TreeSnapshot(target.file("tree"))
            #expect(try restored == TreeSnapshot(source.file("tree")))
            let verified = try await BuildspecProcess.run(
                ["cache", "verify", "--cache", store],
                in: directory,
                environment: variables
            )
            #expect(verified.status == 0, "\(verified.error)")
        }
    }

    @Test func `a prune of a bucket reports the store, the effect and the cost`() async throws {
        try await MotoServer.run { server in
            try await makeBucket(server)
            let variables = variables(server)
            for number in 0..<3 {
                let source = try tree(number)
                _ = try await cache("save", ["--key", "k\(number)"], source, variables)
            }
            let directory = try TemporaryDirectory()
            func prune(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
                try await BuildspecProcess.run(
                    ["cache", "prune", "--remote", store] + arguments,
                    in: directory,
                    environment: variables
                )
            }
            let dry = try await prune("--max-count", "1", "--dry-run")
            let lines = dry.output.split(separator: "\n").map(String.init)
            #expect(lines.first == "the shared store '\(store)':")
            #expect(lines.filter { $0.hasPrefix("would delete key 'k") }.count == 2)
            let mark = "would mark 2 unreferenced objects ("
            let end = "; a prune after the grace period deletes them"
            #expect(
                lines.contains { $0.hasPrefix(mark) && $0.hasSuffix(end) },
                "\(dry.output)"
            )
            #expect(lines.contains { $0.hasPrefix("requests: 5 list, 6 get (") }, "\(dry.output)")
            #expect(
                lines.last?.hasPrefix("at AWS's list price (S3 Standard, us-east-1): $0.0") == true
            )
            let json = try await prune("--max-count", "1", "--json")
            for text in ["\"markedObjects\": 2", "\"delete\": 2", "\"requestsUSD\": 0.0000"] {
                #expect(json.output.contains(text), "\(json.output)")
            }
            let short = try await prune("--grace", "5m")
            #expect(short.status == 64)
            #expect(short.error.contains("for a shared store, less than 1h is too short"))
            let local = try await BuildspecProcess.run(
                ["cache", "prune"],
                in: directory,
                environment: variables.merging(["BUILDSPEC_REMOTE": store]) { $1 }
            )
            #expect(local.output == "deleted 0 objects (0 B); 0 entries (0 B) stay\n")
        }
    }
}
