import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

@Suite struct `Source times in an entry` {
    private let then = FileTime(seconds: 1_600_000_000, nanoseconds: 123_456_789)
    private let early = FileTime(seconds: 1_000_000_000, nanoseconds: 1)

    /// A tree with a cached file and two sources of `then`, saved under "k", and a copy to restore.
    private func bench(codec: Codec = .zstd) async throws -> Bench {
        let bench = try Bench(codec: codec)
        for place in [bench.source, bench.target] {
            try place.write("a", to: "src/a")
            try place.write("b", to: "src/b")
        }
        try bench.source.write("object", to: "tree/o")
        for name in ["a", "b"] { try set(name, then, in: bench.source) }
        try await save(bench)
        return bench
    }

    private func save(_ bench: Bench) async throws {
        let report = try await bench.cache.save(
            bench.identity("k"),
            from: bench.source.path,
            retiming: .everything
        )
        #expect(report.sources == 2)
    }

    private func restore(
        _ bench: Bench,
        _ files: SourceFiles = .everything
    ) async throws -> RestoreReport {
        try await bench.cache.restore(
            bench.identity("k"),
            into: bench.target.path,
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

    private func time(_ name: String, _ bench: Bench) throws -> FileTime {
        try #require(try bench.target.handle.directory("src".utf8).status(name.utf8)).modified
    }

    private func isLater(_ time: FileTime, _ other: FileTime) -> Bool {
        (time.seconds, time.nanoseconds) > (other.seconds, other.nanoseconds)
    }

    @Test(arguments: Codec.allCases)
    func `are given back to files with the content of then`(codec: Codec) async throws {
        let bench = try await bench(codec: codec)
        let saved = FileTime.now()
        // The clock of file systems lags behind by a tick, and the edit is to be later than the save.
        repeat {
            try bench.target.write("B", to: "src/b")
        } while try !isLater(time("b", bench), saved)
        let edited = try time("b", bench)
        let report = try await restore(bench)
        #expect(report.retimed?.unchanged == 1)
        #expect(report.retimed?.changed == 1)
        #expect(report.notes.isEmpty)
        #expect(try time("a", bench) == then)
        #expect(try time("b", bench) == edited, "a file that was changed since keeps its time")
    }

    @Test func `are renewed where another content looks as old or older`() async throws {
        for old in [then, early] {
            let bench = try await bench()
            try bench.target.write("B", to: "src/b")
            try set("b", old, in: bench.target)
            let start = FileTime.now()
            #expect(try await restore(bench).retimed?.renewed == 1)
            #expect(try time("b", bench) >= start)
        }
    }

    @Test func `are renewed for a new file that looks older than the entry`() async throws {
        let bench = try await bench()
        try bench.target.write("c", to: "src/c")
        try set("c", early, in: bench.target)
        let start = FileTime.now()
        _ = try await restore(bench)
        #expect(try time("c", bench) >= start)
    }

    @Test func `are left alone without the option, and where a list leaves files out`() async throws
    {
        let bench = try await bench()
        try set("a", early, in: bench.target)
        _ = try await bench.restore("k")
        #expect(try time("a", bench) == early)
        let report = try await restore(bench, SourceFiles(nullSeparated: Array("src/b\0".utf8)))
        #expect(report.retimed?.unchanged == 1)
        #expect(try time("a", bench) == early)
        #expect(try time("b", bench) == then)
    }

    @Test func `of files in a .git or in the cache's paths are nobody's business`() async throws {
        let bench = try await bench()
        for name in [".git/config", "sub/.git/config", "tree/mine"] {
            try bench.target.write("old", to: name)
            let (directory, file) = PathBytes(name).split
            var cursor = DirectoryCursor(root: bench.target.handle)
            let parent = try cursor.directory(PathBytes(Array(directory)).components[...])
            try parent.setModified(file, early)
        }
        #expect(try await restore(bench).retimed?.changed == 0)
        let status = try bench.target.handle.directory(".git".utf8).status("config".utf8)
        #expect(status?.modified == early)
    }

    @Test func `stay new while a link leads elsewhere than then`() async throws {
        for target in ["a", "b"] {
            let bench = try Bench()
            for place in [bench.source, bench.target] {
                try place.write("a", to: "src/a")
                try place.write("b", to: "src/b")
            }
            let from = try bench.source.handle.directory("src".utf8)
            let to = try bench.target.handle.directory("src".utf8)
            try from.makeLink("link".utf8, to: Array("a".utf8))
            try to.makeLink("link".utf8, to: Array(target.utf8))
            for name in ["a", "b"] { try set(name, then, in: bench.source) }
            try bench.source.write("object", to: "tree/o")
            try await save(bench)
            let report = try await restore(bench)
            #expect(try (time("a", bench) == then) == (target == "a"))
            #expect(report.notes.count == (target == "a" ? 0 : 1))
        }
    }

    @Test func `are never set through a link`() async throws {
        let bench = try await bench()
        let outside = try TemporaryDirectory()
        try outside.write("a", to: "a")
        try outside.write("b", to: "b")
        let before = try #require(try outside.handle.status("a".utf8)).modified
        try bench.target.handle.removeTree("src".utf8)
        try bench.target.handle.makeLink("src".utf8, to: Array(outside.path.string.utf8))
        _ = try await restore(bench)
        #expect(try outside.handle.status("a".utf8)?.modified == before)
    }

    @Test func `that were not recorded are said to be missing`() async throws {
        let bench = try await bench()
        try await bench.save("plain")
        let report = try await bench.cache.restore(
            bench.identity("plain"),
            into: bench.target.path,
            retiming: .everything
        )
        #expect(report.retimed == nil)
        #expect(report.notes.count == 1)
        let again = try await bench.cache.save(
            bench.identity("plain"),
            from: bench.source.path,
            retiming: .everything
        )
        #expect(again.outcome == .alreadyStored)
        #expect(again.notes.count == 1)
    }

    @Test func `are kept by a prune, proven by verify and repaired by a save`() async throws {
        let bench = try await bench()
        _ = try await bench.cache.prune(PruneLimits(gracePeriod: 0))
        #expect(try await restore(bench).retimed?.unchanged == 2)
        let store = DirectoryStore(bench.store.path)
        let manifests = try bench.objects("/manifests/")
        #expect(manifests.count == 2)
        let version = KeyRecord.version(ofPaths: ["./tree"])
        let found = try await EntryReader(store: store)
            .record(scope: "project", key: "k", version: version)
        let record = try #require(found)
        let name = try #require(record.sourcesName)
        try bench.overwrite(bench.store.file(name), Array("damaged".utf8))
        #expect(try await bench.cache.verify().problems.count == 1)

        try bench.target.write("A", to: "src/a")
        let report = try await restore(bench)
        #expect(report.outcome == .exact(key: "k"), "the entry itself is sound")
        #expect(report.retimed == nil)
        #expect(report.notes.count == 1)
        try await save(bench)
        #expect(try await bench.cache.verify().problems.isEmpty)
    }

    @Test func `of files that did not change since are known without reading them`() async throws {
        let bench = try await bench()
        let index = try TemporaryDirectory()
        let cache = BuildCache(directory: bench.store.path, indexDirectory: index.path)
        for number in 0..<3 {
            let report = try await cache.save(
                bench.identity("k\(number)"),
                from: bench.source.path,
                retiming: .everything
            )
            #expect(report.sources == 2)
        }
        // The same size and time, but not the same file any more: the index must not be believed.
        let fake = bench.source.file("src/a")
        try bench.overwrite(fake, Array("x".utf8))
        try set("a", then, in: bench.source)
        _ = try await cache.save(
            bench.identity("k"),
            from: bench.source.path,
            retiming: .everything
        )
        _ = try await cache.save(
            bench.identity("other"),
            from: bench.source.path,
            retiming: .everything
        )
        let report = try await cache.restore(
            bench.identity("other"),
            into: bench.target.path,
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
