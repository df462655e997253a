import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Entries that an attacker wrote, and that must not write outside of the declared paths.
@Suite(.timed) struct `Hostile entries` {
    /// Writes an entry whose manifest has `lines`, and one pack with the content `evil`.
    private func plant(_ fixture: CacheFixture, _ lines: [String]) async throws {
        let writer = ObjectWriter(store: DirectoryStore(fixture.store.path), codec: .zstd)
        var tar: [UInt8] = []
        let offset = TarFormat.append(PathBytes("x"), Array("evil".utf8)[...], to: &tar)
        TarFormat.finish(&tar)
        let pack = try await writer.writePack(tar).pack
        let digest = ContentDigest(of: Array("evil".utf8)).hex
        let head =
            "#mtree\n#buildspec-manifest 1\n#pack 0 sha256=\(pack.digest.hex) codec=zstd"
            + " stored=\(pack.storedSize) size=\(pack.contentSize)\n"
        let text = lines.joined(separator: "\n") + "\n"
        let body = text.split(separator: "EVIL", omittingEmptySubsequences: false)
            .joined(separator: "size=4 sha256=\(digest) pack=0 offset=\(offset)")
        let bytes = try Codec.zstd.encode(Array((head + body).utf8))
        try fixture.plant(manifest: bytes, .zstd, files: 1, bytes: 4, stored: pack.storedSize)
    }

    @Test(arguments: [
        "./../escape type=file mode=0644 time=1.000000000 EVIL",
        "./tree/../../escape type=file mode=0644 time=1.000000000 EVIL",
        "./tree/./x type=file mode=0644 time=1.000000000 EVIL",
        "./tree//x type=file mode=0644 time=1.000000000 EVIL",
        "tree/x type=file mode=0644 time=1.000000000 EVIL",
        "./tree/x\\000y type=file mode=0644 time=1.000000000 EVIL",
        "./tree/x type=file mode=0644 time=1.000000000 size=4 sha256=\(zeros) pack=0 offset=2046",
        "./tree/x type=file mode=0644 time=1.000000000 size=4 sha256=\(zeros) pack=1 offset=512",
        "./tree/x type=file mode=0644 time=1.000000000 size=4 sha256=\(zeros) pack=-1 offset=512",
        "./tree/x type=file mode=0644 time=1.000000000 size=4",
        "./tree/x type=file mode=0644 time=1.000000000 size=99999999999999999999",
        "./tree/x type=file mode=0644 time=1.000000000 size=8796093022209",
        "./tree/x type=char mode=0644 time=1.000000000",
        "./tree/x type=file mode=0644 time=1.0 EVIL",
        "./tree/x type=file mode=99999999 time=1.000000000 EVIL",
        "./tree/x type=link mode=0777 time=1.000000000",
        "./tree/x type=file mode=0644 time=1.000000000 hardlink=./../../etc/shadow",
        "./tree/b type=dir mode=0755 time=1.000000000\n./tree/a type=dir mode=0755 time=1.000000000",
        "./tree/a type=dir mode=0755 time=1.000000000\n./tree/a type=dir mode=0755 time=1.000000000",
        "./tree/..\\057..\\057escape type=file mode=0644 time=1.000000000 EVIL",
        "./tree/\(String(repeating: "d/", count: 2_100))x type=dir mode=0755 time=1.000000000",
        "./tree/\(String(repeating: "n", count: 256)) type=dir mode=0755 time=1.000000000",
        "./tree/x type=file mode=4755 time=1.000000000 EVIL",
        "./tree/x type=file mode=0644 time=1.000000000 hardlink=./tree/y",
        "./tree/x type=file mode=0644 time=1.000000000 hardlink=./tree/x",
        "./tree/x type=link mode=0777 time=1.000000000 link=y\n./tree/x/z type=file mode=0644"
            + " time=1.000000000 EVIL",
        "./tree/x type=file mode=0644 time=1.000000000 EVIL\n./tree/x/z type=file mode=0644"
            + " time=1.000000000 EVIL",
        "./tree/a type=link mode=0777 time=1.000000000 link=b\n./tree/b type=link mode=0777"
            + " time=1.000000000 link=../..\n./tree/b/c type=file mode=0644 time=1.000000000 EVIL",
        "./tree/x type=file mode=0644 time=1.000000000 size=8796093022208 chunks=\(zeros):0:512:4",
        "./tree/x type=file mode=0644 time=1.000000000 size=4 chunks=\(zeros):0:512:",
        "#pack 1 sha256=\(zeros) codec=zstd stored=1 size=99999999999",
        "#pack 1 sha256=\(zeros) codec=zstd stored=999999999999999 size=1",
        "#pack 7 sha256=\(zeros) codec=zstd stored=1 size=1",
        "#pack 1 sha256=\(zeros) codec=lzma stored=1 size=1",
    ])
    func `a manifest with an invalid line is a miss`(line: String) async throws {
        let fixture = try CacheFixture()
        try await plant(fixture, [line])
        let report = try await fixture.restore("k")
        guard case .miss = report.outcome else {
            Issue.record("restored: \(report)")
            return
        }
        #expect(report.notes.count == 1)
        #expect(try fixture.targetNames().isEmpty)
    }

    @Test func `a restore writes nothing outside of the declared paths`() async throws {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try await plant(
            fixture,
            [
                "\(outside.path.string)/planted type=file mode=0644 time=1.000000000 EVIL",
                "./other/planted type=file mode=0644 time=1.000000000 EVIL",
                "./tree/good type=file mode=0644 time=1.000000000 EVIL",
            ]
        )
        let report = try await fixture.restore("k")
        #expect(report.notes.count == 2)
        #expect(try fixture.target.read("tree/good") == "evil")
        #expect(try fixture.target.read("other/planted") == nil)
        #expect(try outside.handle.names().isEmpty)
    }

    /// GNU tar's CVE-2025-45582: one archive plants a link, and the next writes through it.
    @Test func `a restore writes nothing through a link that another entry planted`() async throws {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try fixture.target.handle.makeDirectory("tree".utf8)
        let tree = try fixture.target.handle.directory("tree".utf8)
        try tree.makeLink("link".utf8, to: Array(outside.path.string.utf8))
        try await plant(fixture, ["./tree/link/planted type=file mode=0644 time=1.000000000 EVIL"])
        let report = try await fixture.restore("k")
        #expect(report.notes.count == 1)
        #expect(try outside.handle.names().isEmpty)
    }

    /// GNU tar's CVE-2025-45582 with a directory of the link's name in the second entry.
    @Test func `a restore replaces a planted link by the directory of a later entry`() async throws
    {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try await plant(
            fixture,
            ["./tree/a type=link mode=0777 time=1.000000000 link=\(outside.path.string)"]
        )
        _ = try await fixture.restore("k")
        #expect(try fixture.target.handle.directory("tree".utf8).linkTarget("a".utf8).count > 1)
        try await plant(
            fixture,
            [
                "./tree/a type=dir mode=0755 time=1.000000000",
                "./tree/a/planted type=file mode=0644 time=1.000000000 EVIL",
            ]
        )
        _ = try await fixture.restore("k")
        #expect(try outside.handle.names().isEmpty)
        #expect(try fixture.target.read("tree/a/planted") == "evil")
    }

    @Test func `an entry cannot plant a link and write through it`() async throws {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try await plant(
            fixture,
            [
                "./tree/link type=link mode=0777 time=1.000000000 link=\(outside.path.string)",
                "./tree/link/planted type=file mode=0644 time=1.000000000 EVIL",
            ]
        )
        _ = try? await fixture.restore("k")
        #expect(try outside.handle.names().isEmpty)
    }

    @Test func `an entry cannot have a hard link to a link that leads outside`() async throws {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try outside.write("secret", to: "secret")
        try await plant(
            fixture,
            [
                "./tree/a type=link mode=0777 time=1.000000000 link=\(outside.path.string)/secret",
                "./tree/b type=file mode=0644 time=1.000000000 hardlink=./tree/a",
            ]
        )
        let report = try await fixture.restore("k")
        #expect(report.notes.count == 1)
        #expect(try fixture.target.read("tree/b") == nil)
    }

    /// Such a link would add a foreign file to the next save.
    @Test(arguments: ["./secret", "/"])
    func `an entry cannot have a hard link to a file outside of the declared paths`(
        start: String
    ) async throws {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try outside.write("secret", to: "secret")
        try fixture.target.write("secret", to: "secret")
        let secret = start == "/" ? outside.path.string + "/secret" : start
        try await plant(
            fixture,
            [
                "\(secret) type=file mode=0644 time=1.000000000 EVIL",
                "./tree/a type=file mode=0644 time=1.000000000 EVIL",
                "./tree/b type=file mode=0644 time=1.000000000 hardlink=\(secret)",
                "./tree/c type=file mode=0644 time=1.000000000 hardlink=./tree/a",
            ]
        )
        let report = try await fixture.restore("k")
        #expect(report.notes.count == 2)
        #expect(try fixture.target.read("tree/b") == nil)
        #expect(try fixture.target.read("tree/c") == "evil")
        #expect(try outside.read("secret") == "secret")
        #expect(try fixture.target.read("secret") == "secret")
    }

    /// TARmageddon, CVE-2025-62518, and its kind need headers on which readers disagree.
    @Test func `a restore ignores the tar headers in a pack`() async throws {
        let fixture = try CacheFixture()
        let content = Array("evil".utf8)
        var tar: [UInt8] = []
        let offset = TarFormat.append(PathBytes("../../escape"), content[...], to: &tar)
        tar.replaceSubrange(124..<135, with: Array("77777777777".utf8))
        tar.replaceSubrange(148..<154, with: Array("000000".utf8))
        let writer = ObjectWriter(store: DirectoryStore(fixture.store.path), codec: .none)
        let pack = try await writer.writePack(tar).pack
        let line =
            "#pack 1 sha256=\(pack.digest.hex) codec=none stored=\(tar.count) size=\(tar.count)\n"
            + "./tree/x type=file mode=0644 time=1.000000000 size=4"
            + " sha256=\(ContentDigest(of: content).hex) pack=1 offset=\(offset)"
        try await plant(fixture, [line])
        let report = try await fixture.restore("k")
        #expect(report.outcome == .exact(key: "k"))
        #expect(try fixture.target.read("tree/x") == "evil")
        #expect(try fixture.targetNames() == ["tree"])
    }

    @Test func `a key record of another key, or one that is too large, is a miss`() async throws {
        let fixture = try CacheFixture()
        try await plant(fixture, ["./tree/x type=file mode=0644 time=1.000000000 EVIL"])
        let record = try #require(try fixture.objects("/keys/").first)
        let bytes = try fixture.bytes(record)
        let version = try #require(record.lastComponent?.string)
        try DirectoryStore(fixture.store.path).write("v1/keys/project/other/\(version)", bytes)
        let copied = try await fixture.restore("other")
        #expect(copied.outcome == .miss(reason: "damaged entry"))
        #expect(
            copied.notes.count == 1
                && copied.notes[0].hasPrefix(
                    "'v1/keys/project/other/\(version)': the key record was written for another"
                        + " entry: 'v1/keys/"
                )
        )
        let padding = [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 20)
        try fixture.overwrite(record, padding + bytes)
        let report = try await fixture.restore("k")
        #expect(report.outcome == .miss(reason: "damaged entry"))
        #expect(
            report.notes
                == ["'v1/keys/project/k/\(version)' is too large; the next save repairs it"]
        )
    }
}

private let zeros = String(repeating: "0", count: 64)
