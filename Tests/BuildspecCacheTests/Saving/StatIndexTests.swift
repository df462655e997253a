import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// The stat index, which saves reading files and must never make a save keep an old content.
@Suite(.timed) struct `Stat index` {
    /// Waits until the file system's clock has ticked, so that the index trusts the files.
    private func tick() async throws {
        try await Task.sleep(for: .milliseconds(80))
    }

    @Test func `a save with an index reads only changed files`() async throws {
        let fixture = try CacheFixture()
        for number in 0..<5 { try fixture.source.write("\(number)", to: "tree/\(number)") }
        try await tick()
        _ = try await fixture.indexedCache.save(fixture.identity("1"), from: fixture.source.path)
        #expect(
            try await unchangedNames(fixture) == ["tree/0", "tree/1", "tree/2", "tree/3", "tree/4"]
        )
        try fixture.source.write("changed", to: "tree/2")
        #expect(try await unchangedNames(fixture) == ["tree/0", "tree/1", "tree/3", "tree/4"])
        let report = try await fixture.indexedCache.save(
            fixture.identity("2"),
            from: fixture.source.path
        )
        #expect(report.bytesReused == 4)
        #expect(
            try await fixture.restoredTree("2", by: fixture.indexedCache)
                == TreeSnapshot(fixture.source.path)
        )
    }

    /// Returns the files that the next save does not read.
    private func unchangedNames(_ fixture: CacheFixture) async throws -> [String] {
        let root = PathBytes(fixture.source.path.string)
        let set = PathSet(fixture.identity("1").paths, root: root)
        let reader = EntryReader(store: DirectoryStore(fixture.store.path))
        let version = set.version
        let record = try await reader.newestRecord(scope: "project", version: version)
        let manifest = try await reader.manifest(of: #require(record))
        let index = try #require(try storedIndex(fixture))
        #expect(index.manifest == record?.manifest)
        let entries = try TreeWalk(set, root: fixture.source.handle).entries
        let unchanged = UnchangedFiles(
            entries,
            files: FileList(entries).toRead,
            parent: manifest,
            index: index,
            packs: try await reader.presentPacks(manifest.packs, #require(record))
        )
        return entries.indices.filter { unchanged.stored[$0] != nil }.map { entries[$0].path.text }
    }

    @Test func `a save with an index finds an edit that kept size and time`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("before", to: "tree/file")
        try await tick()
        _ = try await fixture.indexedCache.save(fixture.identity("1"), from: fixture.source.path)
        let tree = try fixture.source.handle.directory("tree".utf8)
        let time = try #require(try tree.status("file".utf8)).modified
        // The inode and the size stay, and the time is set back.
        let file = try OpenFile.writing(Array("file".utf8)[...], in: tree)
        try file.write(Array("edited".utf8).span, at: 0)
        try file.setModified(time)
        _ = try await fixture.indexedCache.save(fixture.identity("2"), from: fixture.source.path)
        #expect(
            try await fixture.restoredTree("2", by: fixture.indexedCache)
                == TreeSnapshot(fixture.source.path)
        )
    }

    @Test(arguments: TestScope.seeds(12))
    func `a save with an index stores random edits correctly`(seed: UInt64) async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: seed)
        var tree = RandomTree(seed: seed)
        try fixture.source.handle.makeDirectory("tree".utf8)
        let handle = try fixture.source.handle.directory("tree".utf8)
        try tree.fill(handle)
        for round in 0..<4 {
            if round % 2 == 1 { try await tick() }
            _ = try await fixture.indexedCache.save(
                fixture.identity("\(round)"),
                from: fixture.source.path
            )
            let restored = try await fixture.restoredTree("\(round)", by: fixture.indexedCache)
            let difference = try restored.difference(from: TreeSnapshot(fixture.source.path))
            #expect(difference == nil, "seed \(seed), round \(round)")
            try mutate(handle, &random)
        }
    }

    @Test func `a restore writes an index that the next save can use`() async throws {
        let fixture = try CacheFixture()
        for number in 0..<5 { try fixture.source.write("\(number)", to: "tree/\(number)") }
        _ = try await fixture.indexedCache.save(fixture.identity("1"), from: fixture.source.path)
        let target = try TemporaryDirectory()
        try target.write("other", to: "tree/1")
        try await tick()
        _ = try await fixture.indexedCache.restore(fixture.identity("1"), into: target.path)
        try await tick()
        _ = try await fixture.indexedCache.restore(fixture.identity("1"), into: target.path)
        try target.write("changed", to: "tree/3")
        let report = try await fixture.indexedCache.save(fixture.identity("2"), from: target.path)
        #expect(report.bytesReused == 4)
        #expect(
            try await fixture.restoredTree("2", by: fixture.indexedCache)
                == TreeSnapshot(target.path)
        )
    }

    @Test func `a damaged index is refused`() throws {
        let stamp = InodeStamp(
            inode: 5,
            device: 6,
            changed: FileTime(seconds: -7, nanoseconds: 8)
        )
        var index = StatIndex(manifest: ContentDigest(of: [1]), stamps: [stamp, nil, stamp])
        #expect(StatIndex(index.encode()) == index)
        let pack = Manifest.Pack(
            digest: ContentDigest(of: [3]),
            codec: .gzip,
            storedSize: 77,
            contentSize: 1024
        )
        index.summary = StatIndex.Summary(
            tree: ContentDigest(of: [2]),
            codec: .none,
            packs: [pack],
            files: 2,
            bytes: 1 << 40
        )
        let bytes = index.encode()
        #expect(StatIndex(bytes) == index)
        var random = SplitMix64(seed: 1)
        for _ in 0..<300 {
            var damaged = bytes
            damaged[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 + random.next() % 255)
            #expect(StatIndex(damaged) == nil)
            #expect(StatIndex(Array(bytes.prefix(Int(random.next() % UInt64(bytes.count))))) == nil)
        }
    }

    @Test func `an index is older than a tree in which a file has changed`() async throws {
        let directory = try TemporaryDirectory()
        for name in ["a/x", "a/y", "b"] { try directory.write(name, to: name) }
        func entries() throws -> [WalkedEntry] {
            let set = PathSet(["**/*"], root: PathBytes(directory.path.string))
            return try TreeWalk(set, root: directory.handle).entries
        }
        let stamps = try entries().map { entry in
            entry.status.kind == .regular ? InodeStamp(entry.status) : nil
        }
        let index = StatIndex(manifest: ContentDigest(of: []), stamps: stamps)
        #expect(try !index.isOlder(than: entries()))
        try await tick()
        // Only the fingerprint shows that a file is missing.
        try directory.handle.directory("a".utf8).removeFile("y".utf8)
        #expect(try !index.isOlder(than: entries()))
        try directory.write("changed", to: "a/x")
        #expect(try index.isOlder(than: entries()))
        let none = StatIndex(manifest: ContentDigest(of: []), stamps: [nil])
        #expect(try !none.isOlder(than: entries()))
    }

    @Test func `a file that changed a moment ago is read again`() {
        let now = FileTime(seconds: 100, nanoseconds: 10_000_000)
        func stamp(_ seconds: Int64, _ nanoseconds: Int32) -> InodeStamp {
            let time = FileTime(seconds: seconds, nanoseconds: nanoseconds)
            return InodeStamp(inode: 1, device: 1, changed: time)
        }
        let stamps = [
            stamp(100, 5_000_000), stamp(99, 990_000_000), stamp(99, 900_000_000), stamp(101, 0),
        ]
        var index = StatIndex(manifest: ContentDigest(of: []), stamps: stamps)
        index.dropRecent(now: now)
        #expect(index.stamps == [nil, nil, stamps[2], nil])
    }

    @Test func `a time far in the past or future does not crash`() {
        let now = FileTime(seconds: 1_800_000_000, nanoseconds: 20_000_000)
        let stamps = [Int64.max, 20_000_000_000, 0, -20_000_000_000, .min].map { seconds in
            let time = FileTime(seconds: seconds, nanoseconds: 0)
            return InodeStamp(inode: 1, device: 1, changed: time)
        }
        var index = StatIndex(manifest: ContentDigest(of: []), stamps: stamps)
        index.dropRecent(now: now)
        #expect(index.stamps == [nil, nil, stamps[2], stamps[3], stamps[4]])
    }

    private func storedIndex(_ fixture: CacheFixture) throws -> StatIndex? {
        let name = try fixture.state.handle.names().first.map {
            String(decoding: $0, as: UTF8.self)
        }
        let path = PathBytes(fixture.state.file(name ?? "none").string)
        return try AtomicFile.read(path, limit: 1 << 20).flatMap(StatIndex.init)
    }

    private func mutate(_ directory: DirectoryHandle, _ random: inout SplitMix64) throws {
        for name in try directory.names() {
            guard let status = try directory.status(name) else { continue }
            switch (status.kind, random.next() % 6) {
            case (.directory, 0): try directory.removeTree(name)
            case (.directory, _):
                try directory.setMode(name, status.mode | 0o700)
                try mutate(directory.directory(name), &random)
            case (.regular, 0): try directory.removeFile(name)
            case (.regular, 1):
                let file = try OpenFile.writing(name[...], in: directory)
                try file.write(random.bytes(3).span, at: 0)
                if random.next() % 2 == 0 { try file.setModified(status.modified) }
            case (.regular, 2): try directory.setMode(name, 0o640)
            case (.regular, 3): try directory.rename(name, to: name + Array("x".utf8))
            default: break
            }
        }
    }
}
