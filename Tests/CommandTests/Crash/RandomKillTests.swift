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

/// Processes that share a store, and that are killed at random moments.
@Suite(.timed) struct `Concurrent processes` {
    @Test(.timeLimit(.minutes(5)))
    func `a store stays sound when processes are killed at random moments`() async throws {
        let fixture = try CrashFixture()
        let store = try await fixture.store(withNew: false)
        let seed = UInt64.random(in: 0...UInt64.max)
        // Three workers share the store, and each has a separate workspace.
        try await CrashFixture.each(0..<3) { worker in
            var random = SplitMix64(seed: seed &+ UInt64(worker))
            let workspace = try await fixture.workspace(store)
            for round in 0..<TestScope.count(15, all: 67) {
                let comment: Comment = "seed \(seed), worker \(worker), round \(round)"
                let command = ["save", "restore", "prune"][Int(random.next() % 3)]
                let delay = Int(random.next() % 40_000)
                let key = random.next() % 2 == 0 ? "old" : "new"
                let arguments =
                    command == "prune"
                    ? ["cache", command, "--cache", store.path.string]
                    : CrashFixture.arguments(command, key: key, store: store)
                let source = key == "old" ? fixture.old : fixture.new
                _ = try await BuildspecProcess.run(
                    arguments,
                    in: command == "save" ? source : workspace,
                    environment: fixture.environment
                ) { process in
                    // The delay makes the moment random; it waits for nothing.
                    try await Task.sleep(for: .microseconds(delay))
                    kill(process.value, SIGKILL)
                }
                if round % 3 == 0 {
                    #expect(try await fixture.cache(store).verify().problems == [], comment)
                }
            }
            let restored = try await fixture.cache(store)
                .restore(CrashFixture.identity("old"), into: workspace.path)
            #expect(restored.outcome == .exact(key: "old"), "seed \(seed)")
            #expect(try CrashFixture.leftovers(in: workspace) == [], "seed \(seed)")
        }
        _ = try await fixture.cache(store).save(
            CrashFixture.identity("new"),
            from: fixture.new.path
        )
        _ = try await fixture.cache(store).prune(PruneLimits())
        #expect(try CrashFixture.leftovers(in: store) == [])
        try await fixture.expectSound(store, "old", is: fixture.oldTree, "seed \(seed)")
        try await fixture.expectSound(store, "new", is: fixture.newTree, "seed \(seed)")
    }

    /// Makes a tree that shares most of its files with the others, so that saves share packs.
    private func tree(_ number: Int) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for file in 0..<12 {
            try directory.write("\(file) of \(file % 4 == 0 ? number : -1)", to: "tree/\(file)")
        }
        try directory.write("\(number)", to: "tree/number")
        return directory
    }

    @Test(.timeLimit(.minutes(5)))
    func `sixteen processes save and restore correctly while a prune runs`() async throws {
        let store = try TemporaryDirectory()
        let trees = try (0..<16).map(tree)
        let snapshots = try trees.map { try TreeSnapshot($0.path) }
        for round in 0..<3 {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<16 {
                    // Half of the processes share a key, and the others have different keys. All
                    // save the default entry too.
                    let key = number % 2 == 0 ? "same \(round)" : "own \(number) of \(round)"
                    tasks.addTask {
                        try await work(key, trees[number], snapshots, number, round, store)
                    }
                }
                tasks.addTask {
                    for _ in 0..<8 {
                        let outcome = try await BuildspecProcess.run(
                            ["cache", "prune", "--cache", store.path.string],
                            in: store
                        )
                        #expect(outcome.status == 0, "\(outcome.error)")
                        #expect(outcome.error == "")
                    }
                }
                try await tasks.waitForAll()
            }
        }
        let cache = BuildCache(directory: store.path)
        #expect(try await cache.verify().problems == [])
        // One shared and eight other entries in each round, and the default entry.
        #expect(try await cache.entries().entries.count == 3 * 9 + 1)
        #expect(try CrashFixture.leftovers(in: store) == [])
    }

    private func work(
        _ key: String,
        _ source: TemporaryDirectory,
        _ snapshots: [TreeSnapshot],
        _ number: Int,
        _ round: Int,
        _ store: TemporaryDirectory
    ) async throws {
        let home = try TemporaryDirectory()
        let variables: [Environment.Key: String] = ["HOME": home.path.string]
        for key in [key, nil] {
            let identity = ["--scope", "s", "--path", "tree"] + (key.map { ["--key", $0] } ?? [])
            let shared = ["--cache", store.path.string] + identity
            let saved = try await BuildspecProcess.run(
                ["cache", "save"] + shared,
                in: source,
                environment: variables
            )
            #expect(saved.status == 0, "\(saved.error)")
            #expect(saved.error == "")
            let target = try TemporaryDirectory()
            let restored = try await BuildspecProcess.run(
                ["cache", "restore", "--fail-on-miss"] + shared,
                in: target,
                environment: variables
            )
            #expect(restored.status == 0, "\(restored.output)")
            #expect(restored.error == "")
            let found = try TreeSnapshot(target.path)
            let isOwn = snapshots[number].difference(from: found) == nil
            let isOneOfThem = snapshots.contains { $0.difference(from: found) == nil }
            let isShared = key == nil || key == "same \(round)"
            #expect(isShared ? isOneOfThem : isOwn, "\(key ?? "no key") of \(number)")
        }
    }
}
