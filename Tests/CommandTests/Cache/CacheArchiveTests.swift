import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// Cache commands that export, import, show, compare, verify and repair entries.
@Suite(.timed) struct `Entry commands` {
    private func filled(seed: UInt64) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.handle.makeDirectory("tree".utf8)
        var random = RandomTree(seed: seed)
        try random.fill(try directory.handle.directory("tree".utf8))
        try directory.write("long", to: "tree/" + String(repeating: "long/", count: 60) + "file")
        return directory
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["x.tar.zst", "x.tar.gz", "x.tar"])
    func `GNU tar restores an exported entry with times to the nanosecond`(
        name: String
    ) async throws {
        let directory = try filled(seed: 21)
        _ = try await directory.cache("save", "--key", "k", "--path", "tree")
        let exported = try await directory.cache("export", "k", "-o", name)
        #expect(exported.status == 0, "\(exported.error)")
        let filter = name.hasSuffix("zst") ? "zstd -dc" : name.hasSuffix("gz") ? "gzip -dc" : "cat"
        try await directory.shell("mkdir out; \(filter) \(name) | tar -C out -xpf -")
        let before = try TreeSnapshot(directory.file("tree"))
        let after = try TreeSnapshot(directory.file("out/tree"))
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
        let directory = try filled(seed: 22)
        try await directory.shell("echo x > tree/old; touch -d 1969-07-20 tree/old")
        try await directory.shell("tar --format=\(format) -cf - ./tree | \(filter) > x")
        let imported = try await directory.cache("import", "x", "--key", "k", "--path", "tree")
        #expect(imported.status == 0)
        #expect(imported.error == "")
        #expect(imported.output.hasPrefix("cache: saved "))
        try await directory.shell("mv tree before")
        _ = try await directory.cache("restore", "--key", "k", "--path", "tree")
        let before = try TreeSnapshot(directory.file("before"))
        var after = try TreeSnapshot(directory.file("tree"))
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
        let directory = try TemporaryDirectory()
        try directory.write("one", to: "tree/same")
        try directory.write("two", to: "tree/changed")
        try directory.write("three", to: "tree/removed")
        _ = try await directory.cache("save", "--key", "a", "--scope", "s", "--path", "tree")
        try directory.write("other", to: "tree/changed")
        try directory.write("new", to: "tree/added")
        try await directory.shell("rm tree/removed; touch -d 2001-01-01 tree/same")
        let againstTree = try await directory.cache("diff", "a", "--exit-code")
        let expected = """
            + tree/added (3 B)
            ~ tree/changed (content, time, 3 B -> 5 B)
            - tree/removed (5 B)
            1 added, 1 removed, 1 changed, 2 with another time, 0 the same

            """
        #expect(againstTree.output == expected)
        #expect(againstTree.status == 1)
        _ = try await directory.cache("save", "--key", "b", "--scope", "s", "--path", "tree")
        let difference = try await directory.cache("diff", "a", "b")
        #expect(difference.output == expected)
        #expect(difference.status == 0)
        let json = try await directory.cache("diff", "a", "b", "--json")
        #expect(json.output.contains("\"path\": \"tree/changed\""))

        let show = try await directory.cache("show", "a", "--files")
        #expect(show.output.contains("\nkey        a\n"))
        #expect(show.output.contains("3 files (11 B), 1 directory, 0 links\n"))
        #expect(show.output.contains("  tree/removed\n"))
        let missing = try await directory.cache("show", "c")
        #expect(missing.status == 3)
        #expect(missing.error.hasPrefix("error: there is no entry 'c' in '"))
        _ = try await directory.cache("save", "--key", "a", "--scope", "t", "--path", "tree")
        let two = try await directory.cache("show", "a")
        #expect(two.error.hasPrefix("error: there are 2 entries 'a'; select one with --scope"))
        #expect(try await directory.cache("show", "a", "--scope", "t").status == 0)
        let list = try await directory.cache("list", "--json")
        #expect(list.output.contains("\"key\": \"b\""))
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["packs", "manifests"], [true, false])
    func `a repair makes a broken entry a miss, and the next save stores it again`(
        part: String,
        isMissing: Bool
    ) async throws {
        let directory = try filled(seed: 23)
        _ = try await directory.cache("save", "--key", "k", "--path", "tree")
        let harm = isMissing ? "rm $f" : "printf x | dd of=$f bs=1 seek=9 conv=notrunc status=none"
        try await directory.shell("for f in $(find store/v1/\(part) -type f); do \(harm); done")
        #expect(try await directory.cache("verify").status == 3)
        let repair = try await directory.cache("verify", "--repair")
        #expect(repair.status == 0)
        #expect(repair.output.contains("it is a miss now, and the next save writes it again\n"))
        #expect(repair.output.contains("deleted the damaged 'v1/\(part)/") == !isMissing)
        let sound = try await directory.cache("verify", "--repair")
        #expect(sound.output.hasSuffix("all sound\nnothing to repair\n"))
        let miss = try await directory.cache("restore", "--key", "k", "--path", "tree")
        #expect(miss.error == "")
        #expect(
            miss.output.hasPrefix("cache: nothing restored: no entry for this key and these paths,")
        )
        _ = try await directory.cache("save", "--key", "k", "--path", "tree")
        #expect(try await directory.cache("verify").status == 0)
    }

    @Test(.timeLimit(.minutes(2)))
    func `'diff' compares the content of a hard-linked file under each name`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("one", to: "tree/a")
        try await directory.shell("ln tree/a tree/b")
        _ = try await directory.cache("save", "--key", "k", "--path", "tree")
        try await directory.shell("printf two > tree/b; touch -d @5 tree/a")
        let difference = try await directory.cache("diff", "k")
        #expect(difference.output.contains("~ tree/a (content, time)\n"))
        #expect(difference.output.contains("~ tree/b (content, time)\n"))
    }

    @Test(.timeLimit(.minutes(2)))
    func `'verify --repair' leaves a file that does not belong to the store`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("mine", to: "store/v1/packs/aa/file")
        let repair = ["cache", "verify", "--repair", "--cache", "store"]
        let refused = try await BuildspecProcess.run(repair, in: directory)
        #expect(refused.status == 3)
        #expect(refused.error.contains("is not a cache store: it contains 'v1/packs/aa/file'"))
        // In a store, the file belongs to somebody else and is not a problem.
        try directory.write("buildspec-store 1\n", to: "store/buildspec-store")
        for options in [[], ["--json"]] {
            let outcome = try await BuildspecProcess.run(repair + options, in: directory)
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("nothing to repair\n") == options.isEmpty)
        }
        #expect(try directory.read("store/v1/packs/aa/file") == "mine")
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["keys", "packs", "manifests"])
    func `'verify --repair' names a directory in place of an object once`(
        part: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "tree/x")
        _ = try await directory.cache("save", "--key", "k", "--path", "tree")
        try await directory.shell(
            "f=$(find store/v1/\(part) -type f); rm $f; mkdir $f; touch $f/mine"
        )
        let outcome = try await directory.cache("verify", "--repair")
        #expect(outcome.status == 3)
        let lines = outcome.error.split(separator: "\n")
        #expect(lines.count == 1, "\(outcome.error)")
        #expect(outcome.error.hasSuffix("is a directory that is not empty; remove it by hand\n"))
    }

    @Test func `'verify --json' reports the problems and the objects that a repair deleted`()
        async throws
    {
        let directory = try filled(seed: 24)
        _ = try await directory.cache("save", "--key", "k", "--path", "tree")
        let sound = try await directory.cache("verify", "--json")
        #expect(sound.status == 0 && sound.error == "")
        #expect(sound.output.hasPrefix("{\n  \"version\": 1,\n  \"store\": \""))
        #expect(sound.output.contains("\"entries\": 1,\n  \"objects\": 2,\n  \"bytes\": "))
        #expect(sound.output.contains("\"sound\": true,\n  \"problems\": [],\n"))
        #expect(sound.output.hasSuffix("\"repair\": null\n}\n"))

        try await directory.shell(
            "printf x | dd of=$(find store/v1/packs -type f) bs=1 seek=9 conv=notrunc status=none"
        )
        let broken = try await directory.cache("verify", "--json")
        #expect(broken.status == 3 && broken.error == "")
        #expect(broken.output.contains("\"sound\": false,\n  \"problems\": [\"'v1/packs/"))
        #expect(broken.output.contains("\"brokenEntries\": [\"v1/keys/"))
        #expect(broken.output.contains("\"damagedObjects\": [\"v1/packs/"))

        let repaired = try await directory.cache("verify", "--repair", "--json")
        #expect(repaired.status == 0 && repaired.error == "")
        #expect(repaired.output.contains("\"sound\": false,"))
        #expect(repaired.output.contains("\"removedEntries\": [\"v1/keys/"))
        #expect(repaired.output.contains("\"removedObjects\": [\"v1/packs/"))
        let again = try await directory.cache("verify", "--repair", "--json")
        #expect(again.output.contains("\"sound\": true,"))
        #expect(again.output.contains("\"removedEntries\": [],\n    \"removedObjects\": [],"))
    }
}
