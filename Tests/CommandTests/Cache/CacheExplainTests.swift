import BuildspecFiles
import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `cache explain` and `cache stats`, and the limits of a cache.
@Suite(.timed) struct `Cache explanations` {
    private let buildspec = """
        version: 0.2
        phases:
          build:
            commands:
              - mkdir -p vendor
              - cp lock vendor/copy
        cache:
          key: v1-$(codebuild-hash-files lock 'more*')
          fallback-keys:
            - v1-
          paths:
            - vendor/**/*
        """

    private func buildspec(
        _ arguments: String...,
        in directory: TemporaryDirectory
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(arguments, in: directory)
    }

    private func built() async throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(buildspec, to: "buildspec.yml")
        try directory.write("one", to: "lock")
        let run = try await buildspec("run", "--cache", "store", "--project", "p", in: directory)
        #expect(run.status == 0, "\(run.output)\(run.error)")
        return directory
    }

    private func explain(
        _ arguments: String...,
        in directory: TemporaryDirectory
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["cache", "explain", "--cache", "store", "--scope", "p"] + arguments,
            in: directory
        )
    }

    @Test func `'explain' gives the warnings of a build about keys and paths`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: {build: {commands: ['true']}}
            cache: {key: k-$NO, fallback-keys: [$NO, '$(if)'], paths: [a, $NO/b]}
            """,
            to: "buildspec.yml"
        )
        let outcome = try await explain(in: directory)
        #expect(outcome.status == 0, "\(outcome)")
        for line in [
            "warning: cache path '$NO/b' is left out: 'NO' is not set before INSTALL\n",
            "warning: cache key 'k-$NO' is 'k-': 'NO' is not set before INSTALL\n",
            "warning: cache fallback key '$NO' is skipped: it is empty: 'NO' is not set before ",
            "warning: cache fallback key '$(if)' is skipped: it cannot be evaluated: ",
        ] {
            #expect(outcome.error.contains(line), "\(outcome.error)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `'explain' reports a hit, and the changed files of a miss`() async throws {
        let directory = try await built()
        let hit = try await explain(in: directory)
        #expect(hit.status == 0, "\(hit.error)")
        #expect(hit.output.hasPrefix("hit: key 'v1-"))
        #expect(hit.output.contains("\ndeclared  v1-$(codebuild-hash-files lock 'more*')\n"))
        #expect(hit.output.contains(" of lock more*\n"))
        #expect(hit.output.contains("restoring it now fetches nothing; 1 of 1 file unchanged\n"))

        try directory.write("two", to: "lock")
        try directory.write("new", to: "more lock")
        let miss = try await explain(in: directory)
        #expect(miss.output.hasPrefix("fallback: key 'v1-"))
        #expect(miss.output.contains("  input: 'lock' changed\n"))
        #expect(miss.output.contains("  input: 'more lock' is new\n"))
        let json = try await explain("--json", in: directory)
        #expect(json.output.contains("\"verdict\": \"fallback\""))
        #expect(json.output.contains("\"kind\": \"changed\""))
        let show = try await BuildspecProcess.run(
            ["cache", "list", "--json", "--cache", "store"],
            in: directory
        )
        #expect(show.output.contains("\"scope\": \"p\""))
    }

    @Test(.timeLimit(.minutes(2)))
    func `'explain' compares a given key with the keys, paths and scopes of the store`()
        async throws
    {
        let directory = try await built()
        let none = try await explain("v2-x", "--path", "vendor/**/*", in: directory)
        #expect(none.output.hasPrefix("miss: key 'v2-x' is not stored\n"))
        #expect(none.output.contains("from character 2\n"))
        let save = ["--key", "k", "--path", "vendor", "--scope", "p"]
        _ = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "store"] + save,
            in: directory
        )
        let paths = try await explain("k", "--path", "other", in: directory)
        #expect(
            paths.output.hasPrefix(
                "miss: key 'k' is stored, but for other paths or another scope\n"
            )
        )
        #expect(paths.output.contains("  path:  + ./other (not in this entry)\n"))
        #expect(paths.output.contains("  path:  - ./vendor (only in this entry)\n"))
        let scope = try await BuildspecProcess.run(
            ["cache", "explain", "k", "--path", "vendor", "--cache", "store", "--scope", "q"],
            in: directory
        )
        #expect(scope.output.contains("  scope: 'p', not 'q'\n"))
        let own = try await explain("k", in: directory)
        #expect(own.output.hasPrefix("hit: key 'k' is stored\n"))
    }

    @Test(.timeLimit(.minutes(2)))
    func `'explain' asks for paths without a buildspec, and reports a damaged entry`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("one", to: "vendor/file")
        let paths = try await explain("k", in: directory)
        #expect(paths.status == 2)
        #expect(
            paths.error
                == "error: key 'k' is not stored for 'p', and there is no buildspec with its "
                + "paths; name the paths with '--path'\n"
        )
        let save = ["--key", "k", "--path", "vendor", "--scope", "p"]
        _ = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "store"] + save,
            in: directory
        )
        #expect(try await explain("k", in: directory).output.hasPrefix("hit: key 'k' is stored\n"))
        let below = directory.file("store/v1/manifests").string
        let manifest = FileManager.default.subpaths(atPath: below)?.first { $0.contains(".") }
        try directory.write("", to: "store/v1/manifests/\(try #require(manifest))")
        let damaged = try await explain("k", in: directory)
        #expect(damaged.output.hasPrefix("miss: key 'k' is stored and cannot be used: 'v1/"))
        #expect(damaged.output.hasSuffix("\nthe store has no other entry\n"))
    }

    @Test(.timeLimit(.minutes(2)))
    func `'stats' reports the builds, hits and saved time of a project`() async throws {
        let directory = try await built()
        let first = try await buildspec("cache", "stats", "--project", "p", in: directory)
        #expect(first.output.contains("1 build, 0 with something restored\n"))
        #expect(first.output.hasSuffix("saved by the cache  not known yet\n"))
        _ = try await buildspec("run", "--cache", "store", "--project", "p", in: directory)
        let second = try await buildspec(
            "cache",
            "stats",
            "--project",
            "p",
            "--json",
            in: directory
        )
        #expect(second.output.contains("\"hits\": 1,"))
        let none = try await buildspec("cache", "stats", "--project", "other", in: directory)
        #expect(none.output == "no build of 'other' has used a cache on this machine yet\n")
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["--cache-max-size", "--cache-max-age"])
    func `an invalid cache limit is an error`(option: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(buildspec, to: "buildspec.yml")
        #expect(try await buildspec("run", option, "lots", in: directory).status == 64)
        let isSize = option == "--cache-max-size"
        let variable: Environment.Key =
            isSize ? "BUILDSPEC_CACHE_MAX_SIZE" : "BUILDSPEC_CACHE_MAX_AGE"
        let outcome = try await BuildspecProcess.run(
            ["cache", "prune"],
            in: directory,
            environment: [variable: "lots"]
        )
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("BUILDSPEC_CACHE_MAX_\(isSize ? "SIZE" : "AGE"): 'lots'"))
    }

    /// Concurrent processes that save, reuse each other's packs and prune.
    @Test(.timeLimit(.minutes(3))) func `a store stays sound while builds save and prunes run`()
        async throws
    {
        let directory = try await built()
        var random = SplitMix64(seed: 12)
        for number in 0..<12 {
            let text = random.bytes(9_000).map { String($0, radix: 36) }.joined()
            try directory.write(text, to: "vendor/file\(number)")
        }
        let identity = ["--cache", "store", "--scope", "p", "--path", "vendor"]
        let first = ["cache", "save", "--key", "first"] + identity
        #expect(try await BuildspecProcess.run(first, in: directory).status == 0)
        try makeOld(directory)
        try await withThrowingTaskGroup(of: BuildspecProcess.Outcome.self) { tasks in
            for number in 0..<10 {
                let save = ["cache", "save", "--key", "k\(number)", "--cache-max-size", "20kB"]
                tasks.addTask { try await BuildspecProcess.run(save + identity, in: directory) }
                let prune = ["cache", "prune", "--cache", "store", "--max-size", "1"]
                tasks.addTask { try await BuildspecProcess.run(prune, in: directory) }
            }
            for try await outcome in tasks {
                #expect(outcome.status == 0, "\(outcome.error)")
            }
        }
        let verify = try await buildspec("cache", "verify", "--cache", "store", in: directory)
        #expect(verify.status == 0, "\(verify.error)")
    }

    /// Sets the time of every object to a time before the grace period.
    private func makeOld(_ directory: TemporaryDirectory) throws {
        let store = PathBytes(directory.file("store").string)
        let root = try DirectoryHandle.open(store)
        for entry in try TreeWalk(PathSet(["v1/**/*"], root: store), root: root).entries
        where entry.status.kind == .regular {
            let (parent, name) = store.appending(entry.path.bytes).split
            let old = FileTime(seconds: entry.status.modified.seconds - 9_000, nanoseconds: 0)
            try DirectoryHandle.open(PathBytes(Array(parent))).setModified(name, old)
        }
    }
}
