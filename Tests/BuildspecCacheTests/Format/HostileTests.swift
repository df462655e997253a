import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A store that somebody else wrote must not be able to write outside of the declared paths.
@Suite struct `A hostile entry` {
    /// Plants an entry whose manifest says whatever `lines` say, with one pack of "evil".
    private func plant(_ bench: Bench, _ lines: [String]) async throws {
        let writer = ObjectWriter(store: DirectoryStore(bench.store.path), codec: .zstd)
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
        let manifest = ContentDigest(of: bytes)
        let store = DirectoryStore(bench.store.path)
        try store.write(StoreLayout.manifest(manifest, .zstd), bytes)
        let set = PathSet(["tree/**/*"], root: PathBytes(bench.target.path.string))
        let record = KeyRecord(
            scope: "project",
            key: "k",
            paths: set.canonicalTexts,
            manifest: manifest,
            codec: .zstd,
            saved: 1,
            files: 1,
            bytes: 4,
            stored: pack.storedSize,
            writer: "mallory"
        )
        try store.write(record.name, record.encode())
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
    func `that a manifest cannot mean is a miss`(line: String) async throws {
        let bench = try Bench()
        try await plant(bench, [line])
        let report = try await bench.restore("k")
        guard case .miss = report.outcome else {
            Issue.record("restored: \(report)")
            return
        }
        #expect(report.notes.count == 1)
        #expect(try bench.targetNames().isEmpty)
    }

    @Test func `writes nothing outside of the declared paths`() async throws {
        let bench = try Bench()
        let outside = try TemporaryDirectory()
        try await plant(
            bench,
            [
                "\(outside.path.string)/planted type=file mode=0644 time=1.000000000 EVIL",
                "./other/planted type=file mode=0644 time=1.000000000 EVIL",
                "./tree/good type=file mode=0644 time=1.000000000 EVIL",
            ]
        )
        let report = try await bench.restore("k")
        #expect(report.notes.count == 2)
        #expect(try bench.target.read("tree/good") == "evil")
        #expect(try bench.target.read("other/planted") == nil)
        #expect(try outside.handle.names().isEmpty)
    }

    /// The pattern of GNU tar's CVE-2025-45582: one archive plants a link, the next writes through.
    @Test func `writes nothing through a link that another entry planted`() async throws {
        let bench = try Bench()
        let outside = try TemporaryDirectory()
        try bench.target.handle.makeDirectory("tree".utf8)
        let tree = try bench.target.handle.directory("tree".utf8)
        try tree.makeLink("link".utf8, to: Array(outside.path.string.utf8))
        try await plant(bench, ["./tree/link/planted type=file mode=0644 time=1.000000000 EVIL"])
        let report = try await bench.restore("k")
        #expect(report.notes.count == 1)
        #expect(try outside.handle.names().isEmpty)
    }

    /// The same with the link in place of a directory of the second archive.
    @Test func `puts a directory where another entry planted a link`() async throws {
        let bench = try Bench()
        let outside = try TemporaryDirectory()
        try await plant(
            bench,
            ["./tree/a type=link mode=0777 time=1.000000000 link=\(outside.path.string)"]
        )
        _ = try await bench.restore("k")
        #expect(try bench.target.handle.directory("tree".utf8).linkTarget("a".utf8).count > 1)
        try await plant(
            bench,
            [
                "./tree/a type=dir mode=0755 time=1.000000000",
                "./tree/a/planted type=file mode=0644 time=1.000000000 EVIL",
            ]
        )
        _ = try await bench.restore("k")
        #expect(try outside.handle.names().isEmpty)
        #expect(try bench.target.read("tree/a/planted") == "evil")
    }

    @Test func `that plants a link and writes through it in one go does not get out`() async throws
    {
        let bench = try Bench()
        let outside = try TemporaryDirectory()
        try await plant(
            bench,
            [
                "./tree/link type=link mode=0777 time=1.000000000 link=\(outside.path.string)",
                "./tree/link/planted type=file mode=0644 time=1.000000000 EVIL",
            ]
        )
        _ = try? await bench.restore("k")
        #expect(try outside.handle.names().isEmpty)
    }

    @Test func `with a hard link to a link does not get out`() async throws {
        let bench = try Bench()
        let outside = try TemporaryDirectory()
        try outside.write("secret", to: "secret")
        try await plant(
            bench,
            [
                "./tree/a type=link mode=0777 time=1.000000000 link=\(outside.path.string)/secret",
                "./tree/b type=file mode=0644 time=1.000000000 hardlink=./tree/a",
            ]
        )
        let report = try await bench.restore("k")
        #expect(report.notes.count == 1)
        #expect(try bench.target.read("tree/b") == nil)
    }

    /// Such a link would put a file that the cache has nothing to do with into the next save.
    @Test(arguments: ["./secret", "/"])
    func `with a hard link to a file outside of the declared paths does not get at it`(
        start: String
    ) async throws {
        let bench = try Bench()
        let outside = try TemporaryDirectory()
        try outside.write("secret", to: "secret")
        try bench.target.write("secret", to: "secret")
        let secret = start == "/" ? outside.path.string + "/secret" : start
        try await plant(
            bench,
            [
                "\(secret) type=file mode=0644 time=1.000000000 EVIL",
                "./tree/a type=file mode=0644 time=1.000000000 EVIL",
                "./tree/b type=file mode=0644 time=1.000000000 hardlink=\(secret)",
                "./tree/c type=file mode=0644 time=1.000000000 hardlink=./tree/a",
            ]
        )
        let report = try await bench.restore("k")
        #expect(report.notes.count == 2)
        #expect(try bench.target.read("tree/b") == nil)
        #expect(try bench.target.read("tree/c") == "evil")
        #expect(try outside.read("secret") == "secret")
        #expect(try bench.target.read("secret") == "secret")
    }

    /// What the class of TARmageddon, CVE-2025-62518, lives on: headers that readers disagree about.
    @Test func `gains nothing by what the headers in its packs say`() async throws {
        let bench = try Bench()
        let content = Array("evil".utf8)
        var tar: [UInt8] = []
        let offset = TarFormat.append(PathBytes("../../escape"), content[...], to: &tar)
        tar.replaceSubrange(124..<135, with: Array("77777777777".utf8))
        tar.replaceSubrange(148..<154, with: Array("000000".utf8))
        let writer = ObjectWriter(store: DirectoryStore(bench.store.path), codec: .none)
        let pack = try await writer.writePack(tar).pack
        let line =
            "#pack 1 sha256=\(pack.digest.hex) codec=none stored=\(tar.count) size=\(tar.count)\n"
            + "./tree/x type=file mode=0644 time=1.000000000 size=4"
            + " sha256=\(ContentDigest(of: content).hex) pack=1 offset=\(offset)"
        try await plant(bench, [line])
        let report = try await bench.restore("k")
        #expect(report.outcome == .exact(key: "k"))
        #expect(try bench.target.read("tree/x") == "evil")
        #expect(try bench.targetNames() == ["tree"])
    }

    @Test func `whose record is of another key or larger than any is not taken`() async throws {
        let bench = try Bench()
        try await plant(bench, ["./tree/x type=file mode=0644 time=1.000000000 EVIL"])
        let record = try #require(try bench.objects("/keys/").first)
        let bytes = try bench.bytes(record)
        let version = try #require(record.lastComponent?.string)
        try DirectoryStore(bench.store.path).write("v1/keys/project/other/\(version)", bytes)
        let copied = try await bench.restore("other")
        #expect(copied.outcome == .miss(reason: "damaged entry"))
        #expect(
            copied.notes.count == 1
                && copied.notes[0].hasPrefix(
                    "the key record was written for another entry: 'v1/keys/"
                )
        )
        let padding = [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 20)
        try bench.overwrite(record, padding + bytes)
        let report = try await bench.restore("k")
        #expect(report.outcome == .miss(reason: "damaged entry"))
        #expect(report.notes == ["the key record is too large; the next save repairs it"])
    }
}

private let zeros = String(repeating: "0", count: 64)
