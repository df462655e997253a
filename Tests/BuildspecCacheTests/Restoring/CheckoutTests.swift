import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// The files of a checkout, which no cache keeps; K-24 in `docs/conformance.md`.
@Suite(.timed) struct `Checkout files` {
    /// Writes an entry as an older version saved it, with the sources that its paths match.
    private func plant(
        _ fixture: CacheFixture,
        _ entries: [(path: String, kind: String)],
        paths: [String] = ["**/*"]
    ) async throws {
        let writer = ObjectWriter(store: DirectoryStore(fixture.store.path), codec: .zstd)
        var tar: [UInt8] = []
        var blobs: [String: String] = [:]
        for (path, kind) in entries where !["dir", "link"].contains(kind) && blobs[kind] == nil {
            let bytes = Array(kind.utf8)
            let offset = TarFormat.append(PathBytes(path), bytes[...], to: &tar)
            blobs[kind] =
                "size=\(bytes.count) sha256=\(ContentDigest(of: bytes).hex) pack=0 offset=\(offset)"
        }
        TarFormat.finish(&tar)
        let pack = try await writer.writePack(tar).pack
        var text =
            "#mtree\n#buildspec-manifest 1\n#pack 0 sha256=\(pack.digest.hex) codec=zstd"
            + " stored=\(pack.storedSize) size=\(pack.contentSize)\n"
        for (path, kind) in entries.sorted(by: { PathBytes($0.path) < PathBytes($1.path) }) {
            let path = path.hasPrefix("/") ? path : "./\(path)"
            text += "\(path) "
            switch kind {
            case "dir": text += "type=dir mode=0700 time=1.000000000\n"
            case "link": text += "type=link mode=0777 time=1.000000000 link=elsewhere\n"
            default: text += "type=file mode=0644 time=1.000000000 \(blobs[kind] ?? "")\n"
            }
        }
        let bytes = try Codec.zstd.encode(Array(text.utf8))
        let files = entries.filter { !["dir", "link"].contains($0.kind) }
        try fixture.plant(
            manifest: bytes,
            .zstd,
            paths: paths,
            files: files.count,
            bytes: UInt64(files.map(\.kind.utf8.count).reduce(0, +)),
            stored: pack.storedSize,
            writer: "older"
        )
    }

    private func restore(
        _ fixture: CacheFixture,
        _ checkout: Checkout = Checkout(),
        paths: [String] = ["**/*"]
    ) async throws -> RestoreReport {
        try await fixture.cache.restore(
            fixture.identity("k", paths: paths),
            into: fixture.target.path,
            leavingOut: Checkout.Finder { _ in checkout }
        )
    }

    private func checkout(_ files: [String], repositories: [String] = []) -> Checkout {
        Checkout(
            files: Array(files.map { $0 + "\0" }.joined().utf8),
            repositories: repositories.map { Array($0.utf8) }
        )
    }

    @Test(arguments: ["**/*", "*", ".*", "{x,.git}", ".git/**/*", ".git", "./.g?t"])
    func `a save leaves out the git directory of the root`(path: String) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("ref", to: ".git/HEAD")
        try fixture.source.write("kept", to: ".x/.git/HEAD")
        try fixture.source.write("kept", to: "x")
        let report = try await fixture.cache.save(
            fixture.identity("k", paths: [path]),
            from: fixture.source.path
        )
        let note = "'.git' lies in the cached paths; the cache leaves it out"
        #expect(report.notes == [note])
        if [".git/**/*", ".git", "./.g?t"].contains(path) {
            return #expect(report.outcome == .nothingToSave)
        }
        _ = try await restore(fixture, paths: [path])
        #expect(try !fixture.targetNames().contains(".git"))
        // The git directory of a dependency is cached like any file.
        if path != "{x,.git}" { #expect(try fixture.target.read(".x/.git/HEAD") == "kept") }
    }

    @Test func `a save leaves out a git file or link, also of a submodule`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("gitdir: x", to: ".git")
        try fixture.source.write("gitdir: x", to: "sub/.git")
        try fixture.source.write("code", to: "sub/code")
        try fixture.source.write("made", to: "sub/out/file")
        let checkout = checkout(["sub/code"], repositories: ["sub", "other"])
        let report = try await fixture.cache.save(
            fixture.identity("k", paths: ["**/*"]),
            from: fixture.source.path,
            leavingOut: Checkout.Finder { _ in checkout }
        )
        #expect(report.files == 1)
        let note =
            "'.git' and 1 file that git tracks lie in the cached paths; the cache leaves them out, the"
            + " first is 'sub/code'"
        #expect(report.notes == [note])
        try fixture.source.handle.removeFile(".git".utf8)
        try fixture.source.handle.makeLink(".git".utf8, to: Array("sub".utf8))
        let linked = try await fixture.cache.save(
            fixture.identity("l", paths: ["**/*"]),
            from: fixture.source.path,
            leavingOut: Checkout.Finder { _ in checkout }
        )
        #expect(linked.files == 1 && linked.notes == [note])
    }

    @Test func `a restore leaves out the checkout files of an entry that an older version saved`()
        async throws
    {
        let fixture = try CacheFixture()
        try await plant(
            fixture,
            [
                (".git", "dir"), (".git/HEAD", "old"), ("a.txt", "old"), ("lib", "dir"),
                ("lib/version.txt", "old"), ("lib/out", "made"), ("gone", "dir"),
                ("gone/deleted.txt", "old"), ("sub", "dir"), ("sub/.git", "old"),
                ("sub/made", "made"), ("dep", "dir"), ("dep/.git", "made"),
            ]
        )
        for name in [".git/HEAD", "a.txt", "lib/version.txt"] {
            try fixture.target.write("mine", to: name)
        }
        let before = try fixture.target.handle.status("lib".utf8)
        let files = ["a.txt", "lib/version.txt", "gone/deleted.txt", "sub/code"]
        let report = try await restore(fixture, checkout(files, repositories: ["sub"]))
        #expect(report.outcome == .exact(key: "k"))
        for name in [".git/HEAD", "a.txt", "lib/version.txt"] {
            #expect(try fixture.target.read(name) == "mine", "\(name)")
        }
        for name in ["lib/out", "sub/made", "dep/.git"] {
            #expect(try fixture.target.read(name) == "made", "\(name)")
        }
        #expect(try fixture.target.read("sub/.git") == nil)
        #expect(try !fixture.targetNames().contains("gone"), "a deleted source stays deleted")
        #expect(try fixture.target.handle.status("lib".utf8)?.mode == before?.mode)
        #expect(
            report.notes == [
                "'.git' and 3 files that git tracks lie in the cached paths; the cache leaves them"
                    + " out, the first is 'a.txt'"
            ]
        )
    }

    @Test(arguments: [
        [("lib", "old")], [("lib", "link")], [("lib", "dir"), ("lib/version.txt", "link")],
        [("lib", "dir"), ("lib/version.txt", "dir"), ("lib/version.txt/x", "old")],
    ])
    func `a restore replaces no tracked file by an entry of another kind`(
        entries: [(path: String, kind: String)]
    ) async throws {
        for isThere in [true, false] {
            let fixture = try CacheFixture()
            try await plant(fixture, entries + [("out", "made")])
            if isThere { try fixture.target.write("mine", to: "lib/version.txt") }
            let report = try await restore(fixture, checkout(["lib/version.txt"]))
            #expect(try fixture.target.read("out") == "made")
            #expect(try fixture.targetNames() == (isThere ? ["lib", "out"] : ["out"]))
            if isThere { #expect(try fixture.target.read("lib/version.txt") == "mine") }
            #expect(report.notes.count == 1)
        }
    }

    @Test func `a restore makes no hard link to a tracked file`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("old", to: "a.txt")
        try fixture.source.handle.makeHardLink(
            "b".utf8,
            to: "a.txt".utf8,
            in: fixture.source.handle
        )
        let identity = fixture.identity("k", paths: ["**/*"])
        _ = try await fixture.cache.save(identity, from: fixture.source.path)
        try fixture.target.write("mine", to: "a.txt")
        let report = try await restore(fixture, checkout(["a.txt"]))
        #expect(try fixture.targetNames() == ["a.txt"])
        #expect(report.notes.contains("'b' was left out: its file comes from the checkout"))
        // When the source is left out, the other name is saved as a separate file.
        let files = checkout(["a.txt"])
        let saved = try await fixture.cache.save(
            fixture.identity("l", paths: ["**/*"]),
            from: fixture.source.path,
            leavingOut: Checkout.Finder { _ in files }
        )
        #expect(saved.files == 1)
    }

    @Test func `a restore leaves tracked files above the root alone`() async throws {
        let fixture = try CacheFixture()
        let paths = ["../*.txt", "../out/**/*", "../.g*", "*.txt", "out/**/*"]
        var inner = fixture.identity("k", paths: paths)
        inner.scope = "s"
        try fixture.source.write("ref", to: ".git/HEAD")
        for name in ["top.txt", "work/in.txt"] { try fixture.source.write("old", to: name) }
        try fixture.source.write("made", to: "out/x")
        try fixture.source.write("made", to: "work/out/x")
        let root = fixture.source.file("work")
        let found = checkout(["../top.txt", "in.txt"])
        // As an older version did, except for '.git'.
        let all = try await fixture.cache.save(inner, from: root)
        #expect(all.files == 4)
        for name in ["top.txt", "work/in.txt", ".git/HEAD"] {
            try fixture.source.write("mine", to: name)
        }
        for name in ["out", "work/out"] {
            let (directory, last) = PathBytes(name).split
            var cursor = DirectoryCursor(root: fixture.source.handle)
            try cursor.directory(PathBytes(Array(directory)).components[...]).removeTree(last)
        }
        let report = try await fixture.cache.restore(
            inner,
            into: root,
            leavingOut: Checkout.Finder { _ in found }
        )
        for name in ["top.txt", "work/in.txt", ".git/HEAD"] {
            #expect(try fixture.source.read(name) == "mine", "\(name)")
        }
        for name in ["out/x", "work/out/x"] {
            #expect(try fixture.source.read(name) == "made", "\(name)")
        }
        #expect(report.notes.count == 1 && report.notes[0].hasPrefix("2 files that git tracks lie"))
        inner.key = "l"
        let saved = try await fixture.cache.save(
            inner,
            from: root,
            leavingOut: Checkout.Finder { _ in found }
        )
        #expect(saved.files == 2)
    }

    @Test func `a restore replaces no file where the tracked files are unknown`() async throws {
        let fixture = try CacheFixture()
        for name in ["a", "b", "vendor/c", "d"] { try fixture.source.write("cached", to: name) }
        let identity = fixture.identity("k", paths: ["**/*"])
        _ = try await fixture.cache.save(identity, from: fixture.source.path)
        try fixture.target.write("mine", to: "a")
        try fixture.target.write("mine", to: "vendor/c")
        let unlisted = [Checkout.Unlisted(path: [], reason: "no git")]
        let report = try await restore(fixture, Checkout(unlisted: unlisted))
        #expect(try fixture.target.read("a") == "mine")
        #expect(try fixture.target.read("vendor/c") == "mine")
        #expect(try fixture.target.read("b") == "cached")
        #expect(
            report.notes == [
                "the source files are unknown, so a restore replaces no existing file: no git;"
                    + " 2 files stay, the first is 'a'"
            ]
        )
        let part = [Checkout.Unlisted(path: Array("vendor".utf8), reason: "no git")]
        _ = try await restore(fixture, Checkout(unlisted: part))
        #expect(try fixture.target.read("a") == "cached")
        #expect(try fixture.target.read("vendor/c") == "mine")
    }

    @Test func `a comparison with the tree leaves out tracked files`() async throws {
        let fixture = try CacheFixture()
        try await plant(fixture, [(".git", "old"), ("a.txt", "old"), ("out", "made")])
        try fixture.target.write("mine", to: "a.txt")
        try fixture.target.write("mine", to: "b.txt")
        try fixture.target.write("made again", to: "out")
        try fixture.target.write("made", to: "new")
        let found = checkout(["a.txt", "b.txt"])
        let name = try #require(try await fixture.cache.entries().entries.first).recordName
        let difference = try await fixture.cache.difference(
            from: name,
            toTreeAt: fixture.target.path,
            leavingOut: Checkout.Finder { _ in found }
        )
        #expect(difference.changes.map(\.path) == ["new", "out"])
        #expect(difference.changes.map(\.kind) == [.added, .changed])
    }

    @Test func `a restore of an unchanged tree with tracked files needs no manifest`() async throws
    {
        let directory = try TemporaryDirectory()
        let source = try TemporaryDirectory()
        try source.write("code", to: "lib/code")
        try source.write("made", to: "lib/out")
        let found = checkout(["lib/code"])
        let cache = BuildCache(
            directory: directory.file("store"),
            indexDirectory: directory.file("index")
        )
        let identity = CacheIdentity(scope: "s", key: nil, paths: ["lib/**/*"])
        // A file that was just written can change again without a new time.
        try await Task.sleep(for: .milliseconds(120))
        for _ in 0..<2 {
            _ = try await cache.save(
                identity,
                from: source.path,
                leavingOut: Checkout.Finder { _ in found }
            )
        }
        // Without the manifest, only a restore that does not need it is a hit.
        let manifests = try DirectoryHandle.open(PathBytes(directory.file("store/v1").string))
        let before = try await cache.restore(
            identity,
            into: source.path,
            leavingOut: Checkout.Finder { _ in found }
        )
        #expect(before.filesUnchanged == 1)
        try manifests.removeTree("manifests".utf8)
        let after = try await cache.restore(
            identity,
            into: source.path,
            leavingOut: Checkout.Finder { _ in found }
        )
        #expect(after.outcome == .exact(key: nil))
        #expect(after.notes.count == 1 && after.notes[0].hasSuffix("it out: 'lib/code'"))
    }
}
