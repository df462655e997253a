import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// `buildspec cache` as a CI agent uses it.
@Suite(.timed) struct `Cache commands` {
    private func filled() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        var random = SplitMix64(seed: 5)
        for number in 0..<20 {
            let text = random.bytes(5_000).map { String($0, radix: 36) }.joined()
            try directory.write(text, to: "vendor/lib \(number % 3)/file\(number)")
        }
        return directory
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["zstd", "gzip", "none"])
    func `a saved entry is restored, and the name of each object is the digest of its bytes`(
        codec: String
    ) async throws {
        let directory = try filled()
        let saved = try await directory.cache(
            "save",
            "--key",
            "k1",
            "--path",
            "vendor/**/*",
            "--codec",
            codec
        )
        #expect(saved.status == 0)
        #expect(saved.error == "")
        #expect(saved.output.hasPrefix("cache: saved 20 files: "))
        let names = try await directory.shell(
            """
            for object in $(find store/v1/packs store/v1/manifests -type f); do
                sum=$(sha256sum < "$object" | cut -d ' ' -f 1)
                case $(basename "$object") in $sum.*) echo good ;; *) echo "bad $object" ;; esac
            done
            """
        )
        #expect(names == "good\ngood\n")

        try await directory.shell("mv vendor before")
        let restored = try await directory.cache(
            "restore",
            "--key",
            "k1",
            "--path",
            "vendor/**/*",
            "--fail-on-miss"
        )
        #expect(restored.status == 0)
        #expect(restored.output.hasSuffix("key 'k1'\n"))
        try await directory.shell("diff -r before vendor")
        #expect(try await directory.cache("verify").status == 0)
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["gzip", "none"])
    func `tar unpacks the packs of a store to the saved files`(codec: String) async throws {
        let directory = try filled()
        let long = "vendor/" + String(repeating: "a long directory name/", count: 12) + "file"
        try directory.write("at the end of a long path", to: long)
        _ = try await directory.cache("save", "--path", "vendor", "--codec", codec)
        try await directory.shell(
            "mkdir out; for pack in $(find store/v1/packs -type f); do tar -C out -xf $pack; done"
        )
        try await directory.shell("diff -r vendor out/vendor")
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["save", "restore"])
    func `a quoted tilde in a cache path causes a warning unless a file has the name`(
        command: String
    ) async throws {
        let directory = try filled()
        let home = try await directory.cache(command, "--path", "~/.m2/**/*", "--path", "~me/x")
        #expect(
            home.error == """
                warning: cache: --path: '~' in '~/.m2/**/*' is not a home directory but a name in the \
                root; write "$HOME/.m2/**/*"
                warning: cache: --path: '~me' in '~me/x' is not a home directory but a name in the root

                """
        )
        try directory.write("a file", to: "~/.m2/file")
        #expect(try await directory.cache(command, "--path", "~/.m2/**/*").error.isEmpty)
    }

    @Test(.timeLimit(.minutes(2)))
    func `a miss, an error and an invalid command line have different statuses`()
        async throws
    {
        let directory = try filled()
        let asked = ["--key", "none", "--path", "vendor", "--scope", "s", "--read-scope", "main"]
        let miss = try await BuildspecProcess.run(
            ["cache", "restore", "--cache", "store"] + asked,
            in: directory
        )
        #expect(miss.status == 0)
        #expect(
            miss.output
                == "cache: nothing restored: no entry for this key and these paths, "
                + "scope 's', scope 'main'\n"
        )
        let odd = try await directory.cache("show", "k\u{1B}[31m")
        #expect(odd.status == 3 && odd.error.hasPrefix("error: there is no entry 'k\u{FFFD}[31m'"))
        let root = try await directory.cache("save", "--key", "none", "--path", "./")
        #expect(root.status == 64 && root.error.contains("'./' names no file; name files"))
        let strict = try await directory.cache(
            "restore",
            "--key",
            "none",
            "--path",
            "vendor",
            "--fail-on-miss"
        )
        #expect(strict.status == 1)

        try directory.write("a file", to: "store")
        let failed = try await directory.cache("save", "--path", "vendor")
        #expect(failed.status == 3)
        #expect(failed.error.hasPrefix("error: "))
        #expect(try await directory.cache("save", "--key", "k").status == 64)
        let size = try await directory.cache("prune", "--max-size", "lots")
        #expect(size.status == 64)
        #expect(size.error.contains("'lots' is not a size; write one like '500MB' or '10GB'"))
    }

    @Test(.timeLimit(.minutes(2))) func `'list' prints the entries, and 'prune' deletes them`()
        async throws
    {
        let directory = try filled()
        for key in ["a", "b"] {
            _ = try await directory.cache("save", "--key", key, "--scope", "s", "--path", "vendor")
        }
        let list = try await directory.cache("list")
        let lines = list.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first?.hasPrefix("SCOPE  KEY  FILES  SIZE") == true)
        #expect(lines.last?.hasPrefix("s      a    20     ") == true)
        let dry = try await directory.cache(
            "prune",
            "--max-size",
            "0",
            "--grace",
            "0",
            "--dry-run"
        )
        #expect(dry.output.contains("would delete key 'a' of 's'\n"))
        let prune = try await directory.cache("prune", "--max-size", "0", "--grace", "0")
        #expect(prune.output.hasSuffix("; 0 entries (0 B) stay\n"))
        let empty = try await directory.cache("list")
        #expect(empty.output == "no entries in '\(directory.file("store").string)'\n")
    }

    @Test(.timeLimit(.minutes(2)))
    func `files have the same hash in every directory`() async throws {
        var hashes: Set<String> = []
        for _ in 0..<2 {
            let directory = try filled()
            let outcome = try await BuildspecProcess.run(
                ["hash-files", "vendor/**/*1", "vendor/**/file1*"],
                in: directory
            )
            #expect(outcome.status == 0)
            hashes.insert(outcome.output)
        }
        #expect(hashes.count == 1)
        #expect(hashes.first?.count == 65)

        let directory = try filled()
        try directory.write("x", to: "vendor/file1 more")
        let changed = try await BuildspecProcess.run(
            ["hash-files", "vendor/**/*1", "vendor/**/file1*"],
            in: directory
        )
        #expect(!hashes.contains(changed.output))
    }
}
