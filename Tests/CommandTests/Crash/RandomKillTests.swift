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

/// Processes killed at random moments, and crowds of them over one store.
@Suite struct `Concurrent processes` {
    @Test(.timeLimit(.minutes(5)))
    func `a store stays sound when 200 processes are killed at random moments`() async throws {
        let bench = try CrashBench()
        let store = try await bench.store(withNew: false)
        let seed = UInt64.random(in: 0...UInt64.max)
        // Three lines of work, each with a workspace of its own, over the one store.
        try await CrashBench.each(0..<3) { line in
            var random = SplitMix64(seed: seed &+ UInt64(line))
            let place = try await bench.workspace(store)
            for round in 0..<67 {
                let comment: Comment = "seed \(seed), line \(line), round \(round)"
                let verb = ["save", "restore", "prune"][Int(random.next() % 3)]
                let delay = Int(random.next() % 40_000)
                let key = random.next() % 2 == 0 ? "old" : "new"
                let arguments =
                    verb == "prune"
                    ? ["cache", verb, "--cache", store.path.string]
                    : CrashBench.arguments(verb, key: key, store: store)
                let source = key == "old" ? bench.old : bench.new
                _ = try await BuildspecProcess.run(
                    arguments,
                    in: verb == "save" ? source : place,
                    environment: bench.environment
                ) { process in
                    // Not to wait for anything: the moment is what is random.
                    try await Task.sleep(for: .microseconds(delay))
                    kill(process.value, SIGKILL)
                }
                if round % 3 == 0 {
                    #expect(try await bench.cache(store).verify().problems == [], comment)
                }
            }
            let restored = try await bench.cache(store)
                .restore(CrashBench.identity("old"), into: place.path)
            #expect(restored.outcome == .exact(key: "old"), "seed \(seed)")
            #expect(try CrashBench.leftovers(in: place) == [], "seed \(seed)")
        }
        _ = try await bench.cache(store).save(CrashBench.identity("new"), from: bench.new.path)
        _ = try await bench.cache(store).prune(PruneLimits())
        #expect(try CrashBench.leftovers(in: store) == [])
        try await bench.expectSound(store, "old", is: bench.oldTree, "seed \(seed)")
        try await bench.expectSound(store, "new", is: bench.newTree, "seed \(seed)")
    }

    /// Trees that share most of their files, so that saves refer to each other's packs.
    private func tree(_ number: Int) throws -> TemporaryDirectory {
        let place = try TemporaryDirectory()
        for file in 0..<12 {
            try place.write("\(file) of \(file % 4 == 0 ? number : -1)", to: "tree/\(file)")
        }
        try place.write("\(number)", to: "tree/number")
        return place
    }

    @Test(.timeLimit(.minutes(5)))
    func `sixteen processes save and restore correctly while a prune runs`() async throws {
        let store = try TemporaryDirectory()
        let trees = try (0..<16).map(tree)
        let snapshots = try trees.map { try TreeSnapshot($0.path) }
        for round in 0..<3 {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<16 {
                    // Half of them under one key, the others each under its own; all under none too.
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
        // One shared and eight of their own in each round, and the keyless one.
        #expect(try await cache.entries().entries.count == 3 * 9 + 1)
        #expect(try CrashBench.leftovers(in: store) == [])
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
