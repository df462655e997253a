import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `buildspec cache` as a CI agent uses it.
@Suite struct `Cache commands` {
    private func shell(_ script: String, in directory: TemporaryDirectory) async throws -> String {
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-ec", script],
            environment: .custom(["PATH": "/usr/bin:/bin"]),
            workingDirectory: directory.path,
            input: .none,
            output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        )
        #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)")
        return result.standardOutput
    }

    private func cache(
        _ arguments: String...,
        in directory: TemporaryDirectory
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["cache", arguments[0], "--cache", "store"] + arguments.dropFirst(),
            in: directory
        )
    }

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
        let place = try filled()
        let saved = try await cache(
            "save",
            "--key",
            "k1",
            "--path",
            "vendor/**/*",
            "--codec",
            codec,
            in: place
        )
        #expect(saved.status == 0)
        #expect(saved.error == "")
        #expect(saved.output.hasPrefix("cache: saved 20 files: "))
        let names = try await shell(
            """
            for object in $(find store/v1/packs store/v1/manifests -type f); do
                sum=$(sha256sum < "$object" | cut -d ' ' -f 1)
                case $(basename "$object") in $sum.*) echo good ;; *) echo "bad $object" ;; esac
            done
            """,
            in: place
        )
        #expect(names == "good\ngood\n")

        _ = try await shell("mv vendor before", in: place)
        let restored = try await cache(
            "restore",
            "--key",
            "k1",
            "--path",
            "vendor/**/*",
            "--fail-on-miss",
            in: place
        )
        #expect(restored.status == 0)
        #expect(restored.output.hasSuffix("key 'k1'\n"))
        _ = try await shell("diff -r before vendor", in: place)
        #expect(try await cache("verify", in: place).status == 0)
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["gzip", "none"])
    func `tar unpacks the packs of a store to the saved files`(codec: String) async throws {
        let place = try filled()
        let long = "vendor/" + String(repeating: "a long directory name/", count: 12) + "file"
        try place.write("at the end of a long path", to: long)
        _ = try await cache("save", "--path", "vendor", "--codec", codec, in: place)
        _ = try await shell(
            "mkdir out; for pack in $(find store/v1/packs -type f); do tar -C out -xf $pack; done",
            in: place
        )
        _ = try await shell("diff -r vendor out/vendor", in: place)
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["save", "restore"])
    func `a quoted tilde in a cache path causes a warning unless a file has the name`(
        verb: String
    ) async throws {
        let place = try filled()
        let home = try await cache(verb, "--path", "~/.m2/**/*", "--path", "~me/x", in: place)
        #expect(
            home.error == """
                warning: cache: --path: '~' in '~/.m2/**/*' is not a home directory but a name in the \
                root; write "$HOME/.m2/**/*"
                warning: cache: --path: '~me' in '~me/x' is not a home directory but a name in the root

                """
        )
        try place.write("a file", to: "~/.m2/file")
        #expect(try await cache(verb, "--path", "~/.m2/**/*", in: place).error.isEmpty)
    }

    @Test(.timeLimit(.minutes(2)))
    func `a miss, an error and an invalid command line have different statuses`()
        async throws
    {
        let place = try filled()
        let asked = ["--key", "none", "--path", "vendor", "--scope", "s", "--read-scope", "main"]
        let miss = try await BuildspecProcess.run(
            ["cache", "restore", "--cache", "store"] + asked,
            in: place
        )
        #expect(miss.status == 0)
        #expect(
            miss.output
                == "cache: nothing restored: no entry for this key and these paths, "
                + "scope 's', scope 'main'\n"
        )
        let odd = try await cache("show", "k\u{1B}[31m", in: place)
        #expect(odd.status == 3 && odd.error.hasPrefix("error: there is no entry 'k\u{FFFD}[31m'"))
        let root = try await cache("save", "--key", "none", "--path", "./", in: place)
        #expect(root.status == 64 && root.error.contains("'./' names no file; name what"))
        let strict = try await cache(
            "restore",
            "--key",
            "none",
            "--path",
            "vendor",
            "--fail-on-miss",
            in: place
        )
        #expect(strict.status == 1)

        try place.write("a file", to: "store")
        let failed = try await cache("save", "--path", "vendor", in: place)
        #expect(failed.status == 3)
        #expect(failed.error.hasPrefix("error: "))
        #expect(try await cache("save", "--key", "k", in: place).status == 64)
        let size = try await cache("prune", "--max-size", "lots", in: place)
        #expect(size.status == 64)
        #expect(size.error.contains("'lots' is not a size; write one like '500MB' or '10GB'"))
    }

    @Test(.timeLimit(.minutes(2))) func `'list' prints the entries, and 'prune' deletes them`()
        async throws
    {
        let place = try filled()
        for key in ["a", "b"] {
            _ = try await cache("save", "--key", key, "--scope", "s", "--path", "vendor", in: place)
        }
        let list = try await cache("list", in: place)
        let lines = list.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first?.hasPrefix("SCOPE  KEY  FILES  SIZE") == true)
        #expect(lines.last?.hasPrefix("s      a    20     ") == true)
        let dry = try await cache(
            "prune",
            "--max-size",
            "0",
            "--grace",
            "0",
            "--dry-run",
            in: place
        )
        #expect(dry.output.contains("would delete key 'a' of 's'\n"))
        let prune = try await cache("prune", "--max-size", "0", "--grace", "0", in: place)
        #expect(prune.output.hasSuffix("; 0 entries (0 B) stay\n"))
        let empty = try await cache("list", in: place)
        #expect(empty.output == "no entries in '\(place.file("store").string)'\n")
    }

    @Test(.timeLimit(.minutes(2)))
    func `files have the same hash in every directory`() async throws {
        var hashes: Set<String> = []
        for _ in 0..<2 {
            let place = try filled()
            let outcome = try await BuildspecProcess.run(
                ["hash-files", "vendor/**/*1", "vendor/**/file1*"],
                in: place
            )
            #expect(outcome.status == 0)
            hashes.insert(outcome.output)
        }
        #expect(hashes.count == 1)
        #expect(hashes.first?.count == 65)

        let place = try filled()
        try place.write("x", to: "vendor/file1 more")
        let changed = try await BuildspecProcess.run(
            ["hash-files", "vendor/**/*1", "vendor/**/file1*"],
            in: place
        )
        #expect(!hashes.contains(changed.output))
    }
}
