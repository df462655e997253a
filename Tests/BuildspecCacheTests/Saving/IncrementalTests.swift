import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@Suite(.timed) struct `Incremental saves` {
    /// Expects that the save under the key `2` reused all files but one, and can be restored.
    private func expectOneNew(
        of count: UInt64,
        _ fixture: CacheFixture,
        _ first: SaveReport,
        _ second: SaveReport
    ) async throws {
        #expect(second.bytesReused == (count - 1) * 20_000)
        #expect(second.bytesStored < first.bytesStored / 20)
        #expect(try await fixture.restore("2").outcome == .exact(key: "2"))
        #expect(try fixture.difference() == nil)
    }

    @Test func `a save stores only the changed file and reuses the rest`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 7)
        for number in 0..<40 {
            let text = String(decoding: random.bytes(20_000).map { $0 & 0x7F }, as: UTF8.self)
            try fixture.source.write(text, to: "tree/file\(number)")
        }
        let first = try await fixture.save("1")
        #expect(first.bytesReused == 0)
        try fixture.source.write("changed", to: "tree/file7")
        let second = try await fixture.save("2")
        try await expectOneNew(of: 40, fixture, first, second)
    }

    @Test func `a save reuses the contents of files that only have new times`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 12)
        let contents = (0..<40).map { _ in random.bytes(20_000) }
        for (number, bytes) in contents.enumerated() {
            try fixture.overwrite(fixture.source.file("tree/file\(number)"), bytes)
        }
        let first = try await fixture.save("1")
        let tree = try fixture.source.handle.directory("tree".utf8)
        for number in contents.indices {
            let time = FileTime(seconds: 1_000 + Int64(number), nanoseconds: 0)
            try tree.setModified(Array("file\(number)".utf8)[...], time)
        }
        try fixture.overwrite(fixture.source.file("tree/file7"), random.bytes(20_000))
        let second = try await fixture.save("2")
        try await expectOneNew(of: 40, fixture, first, second)
    }

    @Test func `a save without changes writes no pack and no manifest`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/file")
        try await fixture.save(nil)
        let before = try fixture.objects("v1/").filter { !$0.string.contains("/keys/") }
        let report = try await fixture.save(nil)
        #expect(report.bytesStored < 1_000, "only the key record")
        #expect(try fixture.objects("v1/").filter { !$0.string.contains("/keys/") } == before)
    }

    @Test func `a save of contents of another scope adds only a key record`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 3)
        try fixture.overwrite(fixture.source.file("tree/file"), random.bytes(50_000))
        #expect(try await fixture.save("k", scope: "one").bytesStored > 50_000)
        let report = try await fixture.save("k", scope: "two")
        #expect(report.bytesStored < 1_000 && report.bytesReused == 0)
    }

    @Test func `a save stores one copy of equal files`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 8)
        let bytes = random.bytes(300_000)
        for number in 0..<10 {
            try fixture.overwrite(fixture.source.file("tree/copy\(number)"), bytes)
        }
        let report = try await fixture.save("k")
        #expect(report.bytes == 3_000_000)
        #expect(report.bytesStored < 310_000)
    }

    @Test func `a save of a large file stores only the changed part`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 9)
        var bytes = random.bytes(10 << 20)
        let file = fixture.source.file("tree/large.bin")
        try fixture.overwrite(file, bytes)
        let first = try await fixture.save("1")
        // An insertion in the middle moves everything after it.
        bytes.insert(contentsOf: random.bytes(1_000), at: 5 << 20)
        try fixture.overwrite(file, bytes)
        let second = try await fixture.save("2")
        #expect(second.bytesStored < first.bytesStored / 4)
        _ = try await fixture.restore("2")
        #expect(try fixture.bytes(fixture.target.file("tree/large.bin")) == bytes)
        _ = try await fixture.restore("1")
        #expect(try fixture.bytes(fixture.target.file("tree/large.bin")).count == 10 << 20)
    }

    @Test func `saves rewrite mostly unused packs and many small packs`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 11)
        for number in 0..<30 {
            let bytes = random.bytes(10_000)
            try fixture.overwrite(fixture.source.file("tree/\(number)"), bytes)
        }
        var names: Set<String> = []
        for round in 0..<40 {
            let file = fixture.source.file("tree/\(round % 30)")
            try fixture.overwrite(file, random.bytes(10_000))
            try await fixture.save(nil)
            names.formUnion(try fixture.objects("/packs/").map(\.string))
        }
        #expect(names.count >= 40, "every round stored something")
        // The packs of the last entry are bounded, and the next prune deletes the rest.
        _ = try await fixture.cache.prune(PruneLimits(gracePeriod: 0))
        #expect(try fixture.objects("/packs/").count <= 13)
        #expect(try await fixture.restore(nil).outcome == .exact(key: nil))
        #expect(try fixture.difference() == nil)
    }

    @Test func `the same tree gives the same objects in every directory`() async throws {
        let fixtures = [try CacheFixture(), try CacheFixture()]
        var names: [[String]] = []
        for fixture in fixtures {
            for number in 0..<30 {
                try fixture.source.write("content \(number)", to: "tree/\(number % 7)/\(number)")
            }
            let set = PathSet(["tree"], root: PathBytes(fixture.source.path.string))
            for entry in try TreeWalk(set, root: fixture.source.handle).entries {
                let (directory, name) = entry.path.split
                var cursor = DirectoryCursor(root: fixture.source.handle)
                let parent = try cursor.directory(PathBytes(Array(directory)).components[...])
                try parent.setModified(name, FileTime(seconds: 1, nanoseconds: 2))
            }
            try await fixture.save("k")
            names.append(try fixture.objects("v1/").compactMap(\.lastComponent?.string))
        }
        #expect(names[0].filter { $0.contains(".") } == names[1].filter { $0.contains(".") })
        #expect(names[0].contains { $0.hasSuffix(".tar.zst") })
    }

    @Test func `sixteen concurrent saves under the same and other keys lose nothing`() async throws
    {
        let fixture = try CacheFixture()
        for number in 0..<50 { try fixture.source.write("\(number)", to: "tree/\(number)") }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<16 {
                tasks.addTask { try await fixture.save(number % 2 == 0 ? "same" : "key-\(number)") }
            }
            try await tasks.waitForAll()
        }
        #expect(try await fixture.cache.verify().problems.isEmpty)
        #expect(try await fixture.cache.entries().entries.count == 9)
        #expect(try await fixture.restore("key-15").outcome == .exact(key: "key-15"))
    }
}

@Suite(.timed) struct `Restores over an existing tree` {
    @Test func `a restore replaces different files and leaves everything else alone`() async throws
    {
        let fixture = try CacheFixture()
        for number in 0..<5 { try fixture.source.write("cached \(number)", to: "tree/\(number)") }
        try fixture.source.handle.directory("tree".utf8).makeLink("link".utf8, to: Array("0".utf8))
        try await fixture.save("k")
        _ = try await fixture.restore("k")
        try fixture.target.write("edited", to: "tree/1")
        try fixture.target.write("not cached", to: "tree/mine")
        try fixture.target.handle.directory("tree".utf8).removeFile("2".utf8)
        try fixture.target.handle.directory("tree".utf8).removeFile("link".utf8)
        try fixture.target.write("a file where a link was", to: "tree/link")
        let report = try await fixture.restore("k")
        #expect(report.filesUnchanged == 3)
        #expect(try fixture.target.read("tree/1") == "cached 1")
        #expect(try fixture.target.read("tree/mine") == "not cached")
        let tree = try fixture.target.handle.directory("tree".utf8)
        #expect(try tree.linkTarget("link".utf8) == Array("0".utf8))
        #expect(try tree.names().count == 7)
    }

    @Test func `only a verifying restore finds an edit that kept size and time`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("abc", to: "tree/file")
        try await fixture.save("k")
        _ = try await fixture.restore("k")
        let tree = try fixture.target.handle.directory("tree".utf8)
        let time = try #require(try tree.status("file".utf8)).modified
        try fixture.target.write("xyz", to: "tree/file")
        try tree.setModified("file".utf8, time)
        _ = try await fixture.restore("k")
        #expect(try fixture.target.read("tree/file") == "xyz")
        let identity = fixture.identity("k")
        _ = try await fixture.cache.restore(identity, into: fixture.target.path, verify: true)
        #expect(try fixture.target.read("tree/file") == "abc")
    }

    @Test func `a restore never removes a directory that is not empty`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("a file", to: "tree/name")
        try await fixture.save("k")
        try fixture.target.write("precious", to: "tree/name/inside")
        let report = try await fixture.restore("k")
        #expect(report.notes.count == 1)
        #expect(try fixture.target.read("tree/name/inside") == "precious")
    }

    @Test func `a restore replaces a file by a directory and an empty directory by a file`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/dir/x")
        try fixture.source.write("y", to: "tree/file")
        try await fixture.save("k")
        try fixture.target.write("in the way", to: "tree/dir")
        try fixture.target.handle.directory("tree".utf8).makeDirectory("file".utf8)
        #expect(try await fixture.restore("k").notes.isEmpty)
        #expect(try fixture.target.read("tree/dir/x") == "x")
        #expect(try fixture.target.read("tree/file") == "y")
    }

    @Test func `a restore of an absolute path makes the directories above it`() async throws {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try outside.write("x", to: "home/.m2/repository/x.jar")
        let path = outside.file("home/.m2/**/*").string
        let identity = fixture.identity("k", paths: [path])
        #expect(try await fixture.cache.save(identity, from: fixture.source.path).files == 1)
        try outside.handle.removeTree("home".utf8)
        let report = try await fixture.cache.restore(identity, into: fixture.target.path)
        #expect(report.outcome == .exact(key: "k"))
        #expect(try outside.read("home/.m2/repository/x.jar") == "x")
    }

    @Test func `a restore makes directories that no pattern covers`() async throws {
        let fixture = try CacheFixture()
        for name in ["a/b/x.o", "a/c/y.o", "d/z.o", "a/b/x.c"] {
            try fixture.source.write(name, to: name)
        }
        let identity = fixture.identity("k", paths: ["**/*.o"])
        #expect(try await fixture.cache.save(identity, from: fixture.source.path).files == 3)
        _ = try await fixture.cache.restore(identity, into: fixture.target.path)
        for name in ["a/b/x.o", "a/c/y.o", "d/z.o"] {
            #expect(try fixture.target.read(name) == name)
        }
        #expect(try fixture.target.read("a/b/x.c") == nil)
    }
}
