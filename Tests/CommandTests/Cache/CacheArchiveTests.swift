import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Entries as files, and what the command tells of entries.
@Suite struct `Entry commands` {
    private func cache(
        _ arguments: String...,
        in directory: TemporaryDirectory
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["cache", arguments[0], "--cache", "store"] + arguments.dropFirst(),
            in: directory
        )
    }

    private func shell(_ script: String, in directory: TemporaryDirectory) async throws {
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-ec", script],
            environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
            workingDirectory: directory.path,
            input: .none,
            output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        )
        #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)")
    }

    private func filled(seed: UInt64) throws -> TemporaryDirectory {
        let place = try TemporaryDirectory()
        try place.handle.makeDirectory("tree".utf8)
        var random = RandomTree(seed: seed)
        try random.fill(try place.handle.directory("tree".utf8))
        try place.write("long", to: "tree/" + String(repeating: "long/", count: 60) + "file")
        return place
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["x.tar.zst", "x.tar.gz", "x.tar"])
    func `GNU tar restores an exported entry with times to the nanosecond`(
        name: String
    ) async throws {
        let place = try filled(seed: 21)
        _ = try await cache("save", "--key", "k", "--path", "tree", in: place)
        let exported = try await cache("export", "k", "-o", name, in: place)
        #expect(exported.status == 0, "\(exported.error)")
        let filter = name.hasSuffix("zst") ? "zstd -dc" : name.hasSuffix("gz") ? "gzip -dc" : "cat"
        try await shell("mkdir out; \(filter) \(name) | tar -C out -xpf -", in: place)
        let before = try TreeSnapshot(place.file("tree"))
        let after = try TreeSnapshot(place.file("out/tree"))
        #expect(before.difference(from: after) == nil)
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: ["gnu", "pax"],
        ["cat", "gzip -1", "zstd -3 --long=27"]
    )
    func `an archive of GNU tar is imported as an entry`(
        format: String,
        filter: String
    ) async throws {
        let place = try filled(seed: 22)
        try await shell("echo x > tree/old; touch -d 1969-07-20 tree/old", in: place)
        try await shell("tar --format=\(format) -cf - ./tree | \(filter) > x", in: place)
        let imported = try await cache("import", "x", "--key", "k", "--path", "tree", in: place)
        #expect(imported.status == 0)
        #expect(imported.error == "")
        #expect(imported.output.hasPrefix("cache: saved "))
        try await shell("mv tree before", in: place)
        _ = try await cache("restore", "--key", "k", "--path", "tree", in: place)
        let before = try TreeSnapshot(place.file("before"))
        var after = try TreeSnapshot(place.file("tree"))
        if format == "gnu" {
            // Only pax headers hold nanoseconds.
            for (path, entry) in before.entries {
                #expect(after.entries[path]?.modified.seconds == entry.modified.seconds)
                after.entries[path]?.modified = entry.modified
            }
        }
        #expect(before.difference(from: after) == nil)
    }

    @Test(.timeLimit(.minutes(2)))
    func `'show' prints an entry, and 'diff' compares it with a tree or another entry`()
        async throws
    {
        let place = try TemporaryDirectory()
        try place.write("one", to: "tree/same")
        try place.write("two", to: "tree/changed")
        try place.write("three", to: "tree/removed")
        _ = try await cache("save", "--key", "a", "--scope", "s", "--path", "tree", in: place)
        try place.write("other", to: "tree/changed")
        try place.write("new", to: "tree/added")
        try await shell("rm tree/removed; touch -d 2001-01-01 tree/same", in: place)
        let againstTree = try await cache("diff", "a", "--exit-code", in: place)
        let expected = """
            + tree/added (3 B)
            ~ tree/changed (content, time, 3 B -> 5 B)
            - tree/removed (5 B)
            1 added, 1 removed, 1 changed, 2 with another time, 0 the same

            """
        #expect(againstTree.output == expected)
        #expect(againstTree.status == 1)
        _ = try await cache("save", "--key", "b", "--scope", "s", "--path", "tree", in: place)
        let difference = try await cache("diff", "a", "b", in: place)
        #expect(difference.output == expected)
        #expect(difference.status == 0)
        let json = try await cache("diff", "a", "b", "--json", in: place)
        #expect(json.output.contains("\"path\": \"tree/changed\""))

        let show = try await cache("show", "a", "--files", in: place)
        #expect(show.output.contains("\nkey        a\n"))
        #expect(show.output.contains("3 files (11 B), 1 directory, 0 links\n"))
        #expect(show.output.contains("  tree/removed\n"))
        let missing = try await cache("show", "c", in: place)
        #expect(missing.status == 3)
        #expect(missing.error.hasPrefix("error: there is no entry 'c' in '"))
        _ = try await cache("save", "--key", "a", "--scope", "t", "--path", "tree", in: place)
        let two = try await cache("show", "a", in: place)
        #expect(two.error.hasPrefix("error: there are 2 entries 'a'; say which with --scope"))
        #expect(try await cache("show", "a", "--scope", "t", in: place).status == 0)
        let list = try await cache("list", "--json", in: place)
        #expect(list.output.contains("\"key\": \"b\""))
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["packs", "manifests"], [true, false])
    func `a repair makes a broken entry a miss, and the next save stores it again`(
        part: String,
        isMissing: Bool
    ) async throws {
        let place = try filled(seed: 23)
        _ = try await cache("save", "--key", "k", "--path", "tree", in: place)
        let harm = isMissing ? "rm $f" : "printf x | dd of=$f bs=1 seek=9 conv=notrunc status=none"
        try await shell("for f in $(find store/v1/\(part) -type f); do \(harm); done", in: place)
        #expect(try await cache("verify", in: place).status == 3)
        let repair = try await cache("verify", "--repair", in: place)
        #expect(repair.status == 0)
        #expect(repair.output.contains("it is a miss now, and the next save writes it again\n"))
        #expect(repair.output.contains("deleted the damaged 'v1/\(part)/") == !isMissing)
        let sound = try await cache("verify", "--repair", in: place)
        #expect(sound.output.hasSuffix("all sound\nnothing to repair\n"))
        let miss = try await cache("restore", "--key", "k", "--path", "tree", in: place)
        #expect(miss.error == "")
        #expect(
            miss.output.hasPrefix("cache: nothing restored: no entry for this key and these paths,")
        )
        _ = try await cache("save", "--key", "k", "--path", "tree", in: place)
        #expect(try await cache("verify", in: place).status == 0)
    }

    @Test(.timeLimit(.minutes(2)))
    func `'diff' compares the content of a hard-linked file under each name`() async throws {
        let place = try TemporaryDirectory()
        try place.write("one", to: "tree/a")
        try await shell("ln tree/a tree/b", in: place)
        _ = try await cache("save", "--key", "k", "--path", "tree", in: place)
        try await shell("printf two > tree/b; touch -d @5 tree/a", in: place)
        let difference = try await cache("diff", "k", in: place)
        #expect(difference.output.contains("~ tree/a (content, time)\n"))
        #expect(difference.output.contains("~ tree/b (content, time)\n"))
    }

    @Test(.timeLimit(.minutes(2)))
    func `'verify --repair' leaves a file that does not belong to the store`() async throws {
        let place = try TemporaryDirectory()
        try place.write("mine", to: "store/v1/packs/aa/file")
        let repair = ["cache", "verify", "--repair", "--cache", "store"]
        let refused = try await BuildspecProcess.run(repair, in: place)
        #expect(refused.status == 3)
        #expect(refused.error.contains("is not a cache store: it contains 'v1/packs/aa/file'"))
        // In a store, it is somebody's file and no problem.
        try place.write("buildspec-store 1\n", to: "store/buildspec-store")
        for options in [[], ["--json"]] {
            let outcome = try await BuildspecProcess.run(repair + options, in: place)
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("nothing to repair\n") == options.isEmpty)
        }
        #expect(try place.read("store/v1/packs/aa/file") == "mine")
    }

    @Test func `'verify --json' reports the problems and the objects that a repair deleted`()
        async throws
    {
        let place = try filled(seed: 24)
        _ = try await cache("save", "--key", "k", "--path", "tree", in: place)
        let sound = try await cache("verify", "--json", in: place)
        #expect(sound.status == 0 && sound.error == "")
        #expect(sound.output.hasPrefix("{\n  \"version\": 1,\n  \"store\": \""))
        #expect(sound.output.contains("\"entries\": 1,\n  \"objects\": 2,\n  \"bytes\": "))
        #expect(sound.output.contains("\"sound\": true,\n  \"problems\": [],\n"))
        #expect(sound.output.hasSuffix("\"repair\": null\n}\n"))

        try await shell(
            "printf x | dd of=$(find store/v1/packs -type f) bs=1 seek=9 conv=notrunc status=none",
            in: place
        )
        let broken = try await cache("verify", "--json", in: place)
        #expect(broken.status == 3 && broken.error == "")
        #expect(broken.output.contains("\"sound\": false,\n  \"problems\": [\"'v1/packs/"))
        #expect(broken.output.contains("\"brokenEntries\": [\"v1/keys/"))
        #expect(broken.output.contains("\"damagedObjects\": [\"v1/packs/"))

        let repaired = try await cache("verify", "--repair", "--json", in: place)
        #expect(repaired.status == 0 && repaired.error == "")
        #expect(repaired.output.contains("\"sound\": false,"))
        #expect(repaired.output.contains("\"removedEntries\": [\"v1/keys/"))
        #expect(repaired.output.contains("\"removedObjects\": [\"v1/packs/"))
        let again = try await cache("verify", "--repair", "--json", in: place)
        #expect(again.output.contains("\"sound\": true,"))
        #expect(again.output.contains("\"removedEntries\": [],\n    \"removedObjects\": [],"))
    }
}
