import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

@Suite(.timed) struct `Source times` {
    private let recorded = FileTime(seconds: 1_600_000_000, nanoseconds: 123_456_789)
    private let early = FileTime(seconds: 1_000_000_000, nanoseconds: 1)

    /// Saves a cached file and two sources of the time `recorded`, and copies the sources to the target.
    private func makeFixture(codec: Codec = .zstd) async throws -> CacheFixture {
        let fixture = try CacheFixture(codec: codec)
        for directory in [fixture.source, fixture.target] {
            try directory.write("a", to: "src/a")
            try directory.write("b", to: "src/b")
        }
        try fixture.source.write("object", to: "tree/o")
        for name in ["a", "b"] { try set(name, recorded, in: fixture.source) }
        try await save(fixture)
        return fixture
    }

    private func save(_ fixture: CacheFixture) async throws {
        let report = try await fixture.cache.save(
            fixture.identity("k"),
            from: fixture.source.path,
            retiming: .everything
        )
        #expect(report.sources == 2)
    }

    private func restore(
        _ fixture: CacheFixture,
        _ files: SourceFiles = .everything
    ) async throws -> RestoreReport {
        try await fixture.cache.restore(
            fixture.identity("k"),
            into: fixture.target.path,
            retiming: files
        )
    }

    private func set(
        _ name: String,
        _ time: FileTime,
        in directory: TemporaryDirectory
    ) throws {
        try directory.file("src/\(name)").setModified(time)
    }

    private func time(_ name: String, _ fixture: CacheFixture) throws -> FileTime {
        try #require(try fixture.target.handle.directory("src".utf8).status(name.utf8)).modified
    }

    private func isLater(_ time: FileTime, _ other: FileTime) -> Bool {
        (time.seconds, time.nanoseconds) > (other.seconds, other.nanoseconds)
    }

    @Test(arguments: Codec.allCases)
    func `a restore sets the recorded times of unchanged files`(codec: Codec) async throws {
        let fixture = try await makeFixture(codec: codec)
        let saved = FileTime.now()
        // The file system's clock can be late by a tick, and the edit must be later than the save.
        repeat {
            try fixture.target.write("B", to: "src/b")
        } while try !isLater(time("b", fixture), saved)
        let edited = try time("b", fixture)
        let report = try await restore(fixture)
        #expect(report.retimed?.unchanged == 1)
        #expect(report.retimed?.changed == 1)
        #expect(report.notes.isEmpty)
        #expect(try time("a", fixture) == recorded)
        #expect(try time("b", fixture) == edited, "a changed file keeps its time")
    }

    @Test func `a changed file that does not look newer gets a new time`() async throws {
        for old in [recorded, early] {
            let fixture = try await makeFixture()
            try fixture.target.write("B", to: "src/b")
            try set("b", old, in: fixture.target)
            let start = FileTime.now()
            #expect(try await restore(fixture).retimed?.renewed == 1)
            #expect(try time("b", fixture) >= start)
        }
    }

    @Test func `a new file that looks older than the entry gets a new time`() async throws {
        let fixture = try await makeFixture()
        try fixture.target.write("c", to: "src/c")
        try set("c", early, in: fixture.target)
        let start = FileTime.now()
        _ = try await restore(fixture)
        #expect(try time("c", fixture) >= start)
    }

    @Test func `a restore leaves times alone without the option, and of files that are not listed`()
        async throws
    {
        let fixture = try await makeFixture()
        try set("a", early, in: fixture.target)
        _ = try await fixture.restore("k")
        #expect(try time("a", fixture) == early)
        let report = try await restore(fixture, SourceFiles(nullSeparated: Array("src/b\0".utf8)))
        #expect(report.retimed?.unchanged == 1)
        #expect(try time("a", fixture) == early)
        #expect(try time("b", fixture) == recorded)
    }

    @Test func `a restore leaves the times in git directories and cache paths alone`() async throws
    {
        let fixture = try await makeFixture()
        for name in [".git/config", "sub/.git/config", "tree/mine"] {
            try fixture.target.write("old", to: name)
            let (directory, file) = PathBytes(name).split
            var cursor = DirectoryCursor(root: fixture.target.handle)
            let parent = try cursor.directory(PathBytes(Array(directory)).components[...])
            try parent.setModified(file, early)
        }
        #expect(try await restore(fixture).retimed?.changed == 0)
        let status = try fixture.target.handle.directory(".git".utf8).status("config".utf8)
        #expect(status?.modified == early)
    }

    @Test func `a link with another target than recorded keeps the source times new`() async throws
    {
        for target in ["a", "b"] {
            let fixture = try CacheFixture()
            for directory in [fixture.source, fixture.target] {
                try directory.write("a", to: "src/a")
                try directory.write("b", to: "src/b")
            }
            let from = try fixture.source.handle.directory("src".utf8)
            let to = try fixture.target.handle.directory("src".utf8)
            try from.makeLink("link".utf8, to: Array("a".utf8))
            try to.makeLink("link".utf8, to: Array(target.utf8))
            for name in ["a", "b"] { try set(name, recorded, in: fixture.source) }
            try fixture.source.write("object", to: "tree/o")
            try await save(fixture)
            let report = try await restore(fixture)
            #expect(try (time("a", fixture) == recorded) == (target == "a"))
            #expect(report.notes.count == (target == "a" ? 0 : 1))
        }
    }

    @Test func `a restore never sets times through a link`() async throws {
        let fixture = try await makeFixture()
        let outside = try TemporaryDirectory()
        try outside.write("a", to: "a")
        try outside.write("b", to: "b")
        let before = try #require(try outside.handle.status("a".utf8)).modified
        try fixture.target.handle.removeTree("src".utf8)
        try fixture.target.handle.makeLink("src".utf8, to: Array(outside.path.string.utf8))
        _ = try await restore(fixture)
        #expect(try outside.handle.status("a".utf8)?.modified == before)
    }

    @Test func `a restore reports that an entry has no source times`() async throws {
        let fixture = try await makeFixture()
        try await fixture.save("plain")
        let report = try await fixture.cache.restore(
            fixture.identity("plain"),
            into: fixture.target.path,
            retiming: .everything
        )
        #expect(report.retimed == nil)
        #expect(report.notes.count == 1)
        let again = try await fixture.cache.save(
            fixture.identity("plain"),
            from: fixture.source.path,
            retiming: .everything
        )
        #expect(again.outcome == .alreadyStored)
        #expect(again.notes.count == 1)
    }

    @Test func `a prune keeps source times, verify checks them, and a save repairs them`()
        async throws
    {
        let fixture = try await makeFixture()
        _ = try await fixture.cache.prune(PruneLimits(gracePeriod: 0))
        #expect(try await restore(fixture).retimed?.unchanged == 2)
        let store = DirectoryStore(fixture.store.path)
        let manifests = try fixture.objects("/manifests/")
        #expect(manifests.count == 2)
        let version = KeyRecord.version(ofPaths: ["./tree"])
        let found = try await EntryReader(store: store)
            .record(scope: "project", key: "k", version: version)
        let record = try #require(found)
        let name = try #require(record.sourcesName)
        try fixture.overwrite(fixture.store.file(name), Array("damaged".utf8))
        #expect(try await fixture.cache.verify().problems.count == 1)

        try fixture.target.write("A", to: "src/a")
        let report = try await restore(fixture)
        #expect(report.outcome == .exact(key: "k"), "the entry itself is sound")
        #expect(report.retimed == nil)
        #expect(report.notes.count == 1)
        try await save(fixture)
        #expect(try await fixture.cache.verify().problems.isEmpty)
    }

    @Test func `a save with an index notices a replaced source of the same size and time`()
        async throws
    {
        let fixture = try await makeFixture()
        let cache = fixture.indexedCache
        for number in 0..<3 {
            let report = try await cache.save(
                fixture.identity("k\(number)"),
                from: fixture.source.path,
                retiming: .everything
            )
            #expect(report.sources == 2)
        }
        // A file of the same size and time, but another inode, which the index does not cover.
        let fake = fixture.source.file("src/a")
        try fixture.overwrite(fake, Array("x".utf8))
        try set("a", recorded, in: fixture.source)
        _ = try await cache.save(
            fixture.identity("k"),
            from: fixture.source.path,
            retiming: .everything
        )
        _ = try await cache.save(
            fixture.identity("other"),
            from: fixture.source.path,
            retiming: .everything
        )
        let report = try await cache.restore(
            fixture.identity("other"),
            into: fixture.target.path,
            retiming: .everything
        )
        #expect(report.retimed?.changed == 1, "the target has the old content")
    }
}

@Suite(.timed) struct `Source records` {
    private let digest = ContentDigest(of: [1])

    @Test func `a source record is read as it was written, with any names`() throws {
        var random = SplitMix64(seed: 31)
        var entries: [SourceRecord.Entry] = []
        let names = (0..<200).map { _ in
            random.bytes(1 + Int(random.next() % 9)).map { $0 == 0 || $0 == slash ? 1 : $0 }
        }
        for name in Set(names.map { PathBytes($0) }).sorted() where name.bytes != [46] {
            let time = FileTime(
                seconds: Int64(random.next() % 4_000_000_000) - 2_000_000_000,
                nanoseconds: Int32(random.next() % 1_000_000_000)
            )
            let isLink = random.next() % 4 == 0
            let kind: SourceRecord.Kind =
                isLink
                ? .link(target: name.bytes)
                : .file(size: random.next() % 1_000, modified: time, digest: digest)
            entries.append(SourceRecord.Entry(path: name, kind: kind))
        }
        let record = SourceRecord(entries: entries)
        #expect(try SourceRecord.decode(record.encode()) == record)
        #expect(try SourceRecord.decode(SourceRecord().encode()) == SourceRecord())
    }

    @Test(arguments: [
        "/etc/passwd type=file time=1.000000000 size=1 sha256=DIGEST",
        "./../up type=file time=1.000000000 size=1 sha256=DIGEST",
        "./a/./b type=file time=1.000000000 size=1 sha256=DIGEST",
        "./a type=file time=1.5 size=1 sha256=DIGEST",
        "./a type=file time=999999999999999.000000000 size=1 sha256=DIGEST",
        "./a type=file time=1.000000000 size=1073741825 sha256=DIGEST",
        "./a type=file time=1.000000000 size=-1 sha256=DIGEST",
        "./a type=file time=1.000000000 size=1 sha256=abc",
        "./a type=dir time=1.000000000 size=1 sha256=DIGEST",
        "./a type=link",
        "",
        "./b type=link link=x\n./a type=link link=x",
        "./a type=link link=x\n./a type=link link=x",
    ])
    func `a source record with an invalid line is refused`(lines: String) {
        let text = lines.split(separator: "DIGEST", omittingEmptySubsequences: false)
            .joined(separator: digest.hex)
        let bytes = SourceRecord.head + Array((text + "\n").utf8)
        #expect(throws: CacheError.self) { try SourceRecord.decode(bytes) }
    }

    @Test func `a damaged source record does not crash its reader`() {
        var record = SourceRecord()
        for number in 0..<3 {
            let kind = SourceRecord.Kind.file(
                size: 5,
                modified: FileTime(seconds: 1, nanoseconds: 2),
                digest: digest
            )
            record.entries.append(
                SourceRecord.Entry(path: PathBytes("file\(100 + number)"), kind: kind)
            )
        }
        let bytes = record.encode()
        for index in bytes.indices {
            for value in [0, 10, 32, 46, 47, 92, 255] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                _ = try? SourceRecord.decode(damaged)
            }
            _ = try? SourceRecord.decode(Array(bytes.prefix(index)))
        }
    }
}
