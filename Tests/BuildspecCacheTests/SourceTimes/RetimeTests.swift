import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

@Suite struct `Source times in an entry` {
    private let then = FileTime(seconds: 1_600_000_000, nanoseconds: 123_456_789)
    private let early = FileTime(seconds: 1_000_000_000, nanoseconds: 1)

    /// A tree with a cached file and two sources of `then`, saved under "k", and a copy to restore.
    private func makeFixture(codec: Codec = .zstd) async throws -> CacheFixture {
        let fixture = try CacheFixture(codec: codec)
        for place in [fixture.source, fixture.target] {
            try place.write("a", to: "src/a")
            try place.write("b", to: "src/b")
        }
        try fixture.source.write("object", to: "tree/o")
        for name in ["a", "b"] { try set(name, then, in: fixture.source) }
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
        in place: TemporaryDirectory
    ) throws {
        try place.handle.directory("src".utf8).setModified(name.utf8, time)
    }

    private func time(_ name: String, _ fixture: CacheFixture) throws -> FileTime {
        try #require(try fixture.target.handle.directory("src".utf8).status(name.utf8)).modified
    }

    private func isLater(_ time: FileTime, _ other: FileTime) -> Bool {
        (time.seconds, time.nanoseconds) > (other.seconds, other.nanoseconds)
    }

    @Test(arguments: Codec.allCases)
    func `are given back to files with the content of then`(codec: Codec) async throws {
        let fixture = try await makeFixture(codec: codec)
        let saved = FileTime.now()
        // The clock of file systems lags behind by a tick, and the edit is to be later than the save.
        repeat {
            try fixture.target.write("B", to: "src/b")
        } while try !isLater(time("b", fixture), saved)
        let edited = try time("b", fixture)
        let report = try await restore(fixture)
        #expect(report.retimed?.unchanged == 1)
        #expect(report.retimed?.changed == 1)
        #expect(report.notes.isEmpty)
        #expect(try time("a", fixture) == then)
        #expect(try time("b", fixture) == edited, "a file that was changed since keeps its time")
    }

    @Test func `are renewed where another content looks as old or older`() async throws {
        for old in [then, early] {
            let fixture = try await makeFixture()
            try fixture.target.write("B", to: "src/b")
            try set("b", old, in: fixture.target)
            let start = FileTime.now()
            #expect(try await restore(fixture).retimed?.renewed == 1)
            #expect(try time("b", fixture) >= start)
        }
    }

    @Test func `are renewed for a new file that looks older than the entry`() async throws {
        let fixture = try await makeFixture()
        try fixture.target.write("c", to: "src/c")
        try set("c", early, in: fixture.target)
        let start = FileTime.now()
        _ = try await restore(fixture)
        #expect(try time("c", fixture) >= start)
    }

    @Test func `are left alone without the option, and where a list leaves files out`() async throws
    {
        let fixture = try await makeFixture()
        try set("a", early, in: fixture.target)
        _ = try await fixture.restore("k")
        #expect(try time("a", fixture) == early)
        let report = try await restore(fixture, SourceFiles(nullSeparated: Array("src/b\0".utf8)))
        #expect(report.retimed?.unchanged == 1)
        #expect(try time("a", fixture) == early)
        #expect(try time("b", fixture) == then)
    }

    @Test func `of files in a .git or in the cache's paths are nobody's business`() async throws {
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

    @Test func `stay new while a link leads elsewhere than then`() async throws {
        for target in ["a", "b"] {
            let fixture = try CacheFixture()
            for place in [fixture.source, fixture.target] {
                try place.write("a", to: "src/a")
                try place.write("b", to: "src/b")
            }
            let from = try fixture.source.handle.directory("src".utf8)
            let to = try fixture.target.handle.directory("src".utf8)
            try from.makeLink("link".utf8, to: Array("a".utf8))
            try to.makeLink("link".utf8, to: Array(target.utf8))
            for name in ["a", "b"] { try set(name, then, in: fixture.source) }
            try fixture.source.write("object", to: "tree/o")
            try await save(fixture)
            let report = try await restore(fixture)
            #expect(try (time("a", fixture) == then) == (target == "a"))
            #expect(report.notes.count == (target == "a" ? 0 : 1))
        }
    }

    @Test func `are never set through a link`() async throws {
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

    @Test func `that were not recorded are said to be missing`() async throws {
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

    @Test func `are kept by a prune, proven by verify and repaired by a save`() async throws {
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

    @Test func `of files that did not change since are known without reading them`() async throws {
        let fixture = try await makeFixture()
        let index = try TemporaryDirectory()
        let cache = BuildCache(directory: fixture.store.path, indexDirectory: index.path)
        for number in 0..<3 {
            let report = try await cache.save(
                fixture.identity("k\(number)"),
                from: fixture.source.path,
                retiming: .everything
            )
            #expect(report.sources == 2)
        }
        // The same size and time, but not the same file any more: the index must not be believed.
        let fake = fixture.source.file("src/a")
        try fixture.overwrite(fake, Array("x".utf8))
        try set("a", then, in: fixture.source)
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

@Suite struct `A record of source times` {
    private let digest = ContentDigest(of: [1])

    @Test func `reads as it was written, whatever the names`() throws {
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
    func `is refused with`(lines: String) {
        let text = lines.split(separator: "DIGEST", omittingEmptySubsequences: false)
            .joined(separator: digest.hex)
        let bytes = SourceRecord.head + Array((text + "\n").utf8)
        #expect(throws: CacheError.self) { try SourceRecord.decode(bytes) }
    }

    @Test func `survives any damage`() {
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
        for place in bytes.indices {
            for value in [0, 10, 32, 46, 47, 92, 255] as [UInt8] {
                var damaged = bytes
                damaged[place] = value
                _ = try? SourceRecord.decode(damaged)
            }
            _ = try? SourceRecord.decode(Array(bytes.prefix(place)))
        }
    }
}
