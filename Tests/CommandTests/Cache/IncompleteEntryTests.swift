import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reports of builds and listings about incomplete or unusual entries, and about misses.
@Suite(.timed, .timeLimit(.minutes(3)))
struct IncompleteEntryTests {
    // 65534 is the number of `nobody`, which cannot read root's file.
    @Test(.enabled(if: geteuid() == 0))
    func `an unreadable file fails a strict build, and the next save includes it`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['true'] } }
            cache: { key: k, paths: [tree] }
            """,
            to: "buildspec.yml"
        )
        for name in ["tree/one", "tree/two", "home/x"] { try directory.write(name, to: name) }
        for name in ["", "tree", "home"] {
            _ = unsafe chmod(directory.file(name).string, 0o777)
        }
        _ = unsafe chmod(directory.file("tree/two").string, 0o600)
        let run = ["run", "--cache", "st", "--project", "p"]
        let strict = try await BuildspecProcess.run(
            run + ["--strict-cache"],
            in: directory,
            user: 65_534
        )
        #expect(strict.status == 3, "\(strict)")
        #expect(strict.error.contains("tree/two"), "\(strict)")
        _ = unsafe chmod(directory.file("tree/two").string, 0o644)
        let next = try await BuildspecProcess.run(run, in: directory, user: 65_534)
        #expect(next.output.contains("saved 2 files"), "\(next)")
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a strict build fails if it can read no file of its cache paths`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['true'] } }
            cache: { key: k, paths: [nm/ok] }
            """,
            to: "buildspec.yml"
        )
        for name in ["nm/ok", "home/x"] { try directory.write(name, to: name) }
        for name in ["", "home"] { _ = unsafe chmod(directory.file(name).string, 0o777) }
        _ = unsafe chmod(directory.file("nm").string, 0o700)
        let run = ["run", "--cache", "st", "--project", "p"]
        let strict = try await BuildspecProcess.run(
            run + ["--strict-cache"],
            in: directory,
            user: 65_534
        )
        #expect(strict.status == 3, "\(strict)")
        #expect(strict.output.contains("no file of the cache paths could be read"), "\(strict)")
    }

    @Test(.enabled(if: geteuid() == 0))
    func `an incomplete entry is shown as incomplete, and the next save replaces it`()
        async throws
    {
        let directory = try TemporaryDirectory()
        for name in ["tree/x/f", "home/x"] { try directory.write(name, to: name) }
        for name in ["", "tree", "home"] {
            _ = unsafe chmod(directory.file(name).string, 0o777)
        }
        _ = unsafe chmod(directory.file("tree/x").string, 0o700)
        func cache(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                ["cache"] + arguments + ["--cache", "st", "--scope", "s"],
                in: directory,
                user: 65_534
            )
        }
        for key in ["k", "l"] {
            let saved = try await cache("save", "--key", key, "--path", "tree")
            #expect(saved.output.contains("the next save replaces the entry"), "\(saved)")
            #expect(!saved.error.contains("never replaced"), "\(saved)")
        }
        #expect(try await cache("show", "k").output.contains("; incomplete, 1 left out"))
        let list = try await BuildspecProcess.run(
            ["cache", "list", "--cache", "st"],
            in: directory,
            user: 65_534
        )
        #expect(list.output.contains("0, incomplete"), "\(list)")
    }

    @Test func `every save of an entry without a file causes a warning`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "e/f")
        try directory.handle.directory("e".utf8).removeFile("f".utf8)
        for key in ["k1", "k2", "k3"] {
            let outcome = try await BuildspecProcess.run(
                ["cache", "save", "--cache", "st", "--scope", "s", "--key", key, "--path", "e"],
                in: directory
            )
            #expect(
                outcome.error.contains("no file in it") && outcome.error.contains("'\(key)'"),
                "\(outcome)"
            )
        }
    }

    @Test func `a long key is shortened in a listing and complete with '--json'`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "a/f")
        let key = "deps-" + String(repeating: "0123456789", count: 40)
        for key in [key, "short"] {
            let outcome = try await BuildspecProcess.run(
                ["cache", "save", "--cache", "st", "--scope", "s", "--key", key, "--path", "a"],
                in: directory
            )
            #expect(outcome.status == 0)
        }
        let list = try await BuildspecProcess.run(
            ["cache", "list", "--cache", "st"],
            in: directory
        )
        let widest = list.output.split(separator: "\n").map(\.count).max() ?? 0
        #expect(widest < 220, "\(list.output)")
        #expect(list.output.contains("deps-0123") && list.output.contains("…"))
        let json = try await BuildspecProcess.run(
            ["cache", "list", "--cache", "st", "--json"],
            in: directory
        )
        #expect(json.output.contains(key))
    }

    @Test func `a relative path out of the source root causes a warning with the full path`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "one/p/q/f")
        try directory.write("x", to: "one/modules/f")
        let outcome = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "st", "--root", "one/p/q", "--path", "../../modules"],
            in: directory
        )
        #expect(outcome.status == 0)
        let path = directory.file("one/modules").string
        #expect(
            outcome.error.contains("leads out of the source root and counts as '\(path)'"),
            "\(outcome)"
        )
    }

    @Test(arguments: ["{TOP/a,TOP/b}/**/*", "../link/nm/**/*", "{TOP/a,nm}/**"])
    func `an absolute path and a path back into the root cause no warning about the root`(
        path: String
    ) async throws {
        let directory = try TemporaryDirectory()
        for name in ["a/x", "root/nm/x"] { try directory.write("x", to: name) }
        try directory.handle.makeLink("link".utf8, to: Array("root".utf8))
        let path = path.replacing("TOP", with: directory.path.string)
        let outcome = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "st", "--root", "root", "--path", path],
            in: directory
        )
        #expect(outcome.output.contains("saved ") && outcome.error.isEmpty, "\(outcome)")
    }

    @Test func `a '.git' file whose target is missing causes a warning`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("gitdir: /nowhere/.git/worktrees/x\n", to: ".git")
        try directory.write(
            "version: 0.2\nphases: { build: { commands: ['true'] } }\n",
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.status == 0)
        #expect(
            outcome.error.contains("CODEBUILD_RESOLVED_SOURCE_VERSION is not set: git says "),
            "\(outcome)"
        )
    }

    // MARK: Misses

    @Test func `a miss is logged, and is explained after the build has saved`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['mkdir -p deps; echo x > deps/x'] } }
            cache:
              key: deps-$(codebuild-hash-files lock.json)
              fallback-keys: [none-]
              paths: ['deps/**/*']
            """,
            to: "buildspec.yml"
        )
        try directory.write("one", to: "lock.json")
        let run = ["run", "--cache", "st", "--project", "p"]
        #expect(try await BuildspecProcess.run(run, in: directory).status == 0)
        try directory.write("two", to: "lock.json")
        let missed = try await BuildspecProcess.run(run, in: directory)
        let line = missed.output.split(separator: "\n").first { $0.hasPrefix("cache: looked for") }
        #expect(line?.contains("key 'deps-") == true, "\(missed)")
        #expect(line?.hasSuffix(", fallback keys 'none-', paths './deps', in scope 'p'") == true)
        let explain = ["cache", "explain", "--cache", "st", "--scope", "p", "--project", "p"]
        let text = try await BuildspecProcess.run(explain, in: directory)
        #expect(text.output.hasPrefix("hit: "), "\(text)")
        #expect(text.output.contains("\nbuild 2 missed on "), "\(text)")
        let tail = text.output.split(separator: "\nbuild 2 missed on ").last ?? ""
        #expect(tail.contains("input: 'lock.json' changed"), "\(text)")
        let json = try await BuildspecProcess.run(explain + ["--json"], in: directory)
        #expect(json.output.contains("\"lastMiss\""))
    }

    @Test func `'explain' without '--project' finds the last miss of any project`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['mkdir -p deps; echo x > deps/x'] } }
            cache: { key: 'd-$KEY', paths: ['deps/**/*'] }
            """,
            to: "buildspec.yml"
        )
        let run = ["run", "--cache", "st", "--project", "other", "--env"]
        for key in ["KEY=one", "KEY=two"] {
            #expect(try await BuildspecProcess.run(run + [key], in: directory).status == 0)
        }
        let explain = ["cache", "explain", "--cache", "st", "--scope", "other"]
        for (arguments, build) in [(["d-one"], 1), (["d-two"], 2), (["--env", "KEY=one"], 2)] {
            let text = try await BuildspecProcess.run(explain + arguments, in: directory)
            #expect(text.output.contains("\nbuild \(build) missed on "), "\(text)")
        }
    }

    @Test func `a fallback hit is logged and kept as a miss of its key`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['mkdir -p deps; echo x > deps/x'] } }
            cache: { key: 'd-$KEY', fallback-keys: ['d-'], paths: ['deps/**/*'] }
            """,
            to: "buildspec.yml"
        )
        let run = ["run", "--cache", "st", "--project", "p", "--env"]
        _ = try await BuildspecProcess.run(run + ["KEY=one"], in: directory)
        let second = try await BuildspecProcess.run(run + ["KEY=two"], in: directory)
        #expect(second.output.contains("fallback key 'd-one'"), "\(second)")
        #expect(
            second.output.contains(
                "cache: looked for key 'd-two', fallback keys 'd-', paths './deps', in scope 'p'"
            ),
            "\(second)"
        )
        let hit = try await BuildspecProcess.run(run + ["KEY=two"], in: directory)
        #expect(!hit.output.contains("looked for"), "\(hit)")
        // Like 'run', 'explain' takes the project for the scope.
        let explain = ["cache", "explain", "--cache", "st", "--project", "p"]
        for arguments in [["--env", "KEY=two"], ["d-two"]] {
            let text = try await BuildspecProcess.run(explain + arguments, in: directory)
            #expect(text.output.hasPrefix("hit: key 'd-two' is stored\n"), "\(text)")
            #expect(text.output.contains("\nbuild 2 missed on "), "\(text)")
        }
    }

    @Test func `'explain' shows the nearest entry once if the last build failed`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['touch deps; test "$KEY" != two'] } }
            cache: { key: 'd-$KEY', paths: [deps] }
            """,
            to: "buildspec.yml"
        )
        let run = ["run", "--cache", "st", "--project", "p", "--env"]
        _ = try await BuildspecProcess.run(run + ["KEY=one"], in: directory)
        _ = try await BuildspecProcess.run(run + ["KEY=two"], in: directory)
        let text = try await BuildspecProcess.run(
            ["cache", "explain", "--cache", "st", "--project", "p", "--env", "KEY=two"],
            in: directory
        )
        #expect(text.output.contains("\nbuild 2 missed on "), "\(text)")
        #expect(text.output.ranges(of: "near: ").count == 1, "\(text)")
    }
}
