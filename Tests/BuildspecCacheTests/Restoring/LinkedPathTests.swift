import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Symbolic links in declared paths.
@Suite(.timed) struct `Linked cache paths` {
    private func link(_ name: String, to target: String, in root: TemporaryDirectory) throws {
        let (directory, last) = PathBytes(name).split
        var cursor = DirectoryCursor(root: root.handle)
        let parent = try cursor.directory(PathBytes(Array(directory)).components[...])
        try parent.makeLink(last, to: Array(target.utf8))
    }

    private func failure(_ fixture: CacheFixture, _ paths: [String]) async throws -> String? {
        do {
            _ = try await fixture.cache.save(
                fixture.identity("k", paths: paths),
                from: fixture.source.path
            )
            return nil
        } catch let error as CacheError {
            return error.description
        }
    }

    @Test(arguments: [
        ("dist/**/*", "/**/*"), ("dist", ""), ("dist/", "/"), ("./dist/**", "/**"),
        ("dist/deep/**/*", "/deep/**/*"), ("dist/f*", "/f*"), ("dist/file", "/file"),
    ])
    func `a save under a key refuses a path through a link, and names the path to write`(
        path: String,
        rest: String
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("built", to: "actual/file")
        try fixture.source.write("built", to: "actual/deep/file")
        try link("dist", to: "actual", in: fixture.source)
        let text = try await failure(fixture, [path])
        #expect(
            text
                == "'dist' is a symbolic link, and the cache does not follow links; write "
                + "'actual\(rest)' instead"
        )
        #expect(try fixture.objects("keys").isEmpty)
    }

    @Test func `the error names the real path of a file, and of a directory outside of the root`()
        async throws
    {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try outside.write("data", to: "data/file")
        try outside.handle.makeLink("cache".utf8, to: Array("data".utf8))
        try fixture.source.write("built", to: "out/app-1.tar")
        try link("app.tar", to: "out/app-1.tar", in: fixture.source)
        #expect(try await failure(fixture, ["app.tar"])?.contains("write 'out/app-1.tar'") == true)
        for rest in ["", "/**/*", "/file"] {
            let text = try await failure(fixture, ["\(outside.path)/cache\(rest)"])
            #expect(text?.contains("write '\(outside.path)/data\(rest)' instead") == true)
        }
    }

    @Test func `the error names every link, and the paths in the root that a link to it means`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("built", to: "actual/file")
        try link("dist", to: "actual", in: fixture.source)
        try link("here", to: ".", in: fixture.source)
        let refusal = "is a symbolic link, and the cache does not follow links"
        #expect(
            try await failure(fixture, ["dist/file", "d*/x", "here/actual/**/*", "dist/a"])
                == "'dist' \(refusal); write 'actual/a' and 'actual/file' instead; "
                + "'here' \(refusal); write 'actual/**/*' instead"
        )
        let whole = try await failure(fixture, ["here"])
        #expect(whole == "'here' \(refusal); name what the build makes")
    }

    @Test func `a save without a key leaves out a path through a link, and keeps the rest`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("built", to: "actual/file")
        try fixture.source.write("kept", to: "tree/file")
        try link("dist", to: "actual", in: fixture.source)
        let report = try await fixture.cache.save(
            fixture.identity(nil, paths: ["dist/**/*", "tree"]),
            from: fixture.source.path
        )
        #expect(report.outcome == .saved && report.files == 1 && report.notes.count == 1)
    }

    @Test func `a link is saved as a link if its target is declared, too`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("built", to: "releases/5/file")
        try link("current", to: "releases/5", in: fixture.source)
        let identity = fixture.identity("k", paths: ["current", "releases/**/*"])
        let saved = try await fixture.cache.save(identity, from: fixture.source.path)
        #expect(saved.files == 1 && saved.notes.isEmpty)
        _ = try await fixture.cache.restore(identity, into: fixture.target.path)
        #expect(try fixture.target.handle.linkTarget("current".utf8) == Array("releases/5".utf8))
        #expect(try fixture.target.read("releases/5/file") == "built")
    }

    @Test func `a restore follows no link, even if an entry has made the link`() async throws {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try fixture.source.write("evil", to: "a/file")
        try await fixture.cache.save(
            fixture.identity("k", paths: ["a/**/*"]),
            from: fixture.source.path
        )
        .expectSaved()
        try fixture.source.handle.removeTree("a".utf8)
        try link("a", to: outside.path.string, in: fixture.source)
        let planting = fixture.identity("k", paths: ["*"])
        try await fixture.cache.save(planting, from: fixture.source.path).expectSaved()
        _ = try await fixture.cache.restore(planting, into: fixture.target.path)
        let report = try await fixture.cache.restore(
            fixture.identity("k", paths: ["a/**/*"]),
            into: fixture.target.path
        )
        #expect(try outside.handle.names().isEmpty)
        #expect(try fixture.target.handle.status("a".utf8)?.kind == .link)
        #expect(report.notes.count == 1 && report.notes[0].contains("write '\(outside.path)/**/*'"))
        #expect(report.files == 0)
    }

    @Test func `a save under a key warns if the entry has no file`() async throws {
        let fixture = try CacheFixture()
        _ = try DirectoryHandle.creating(PathBytes(fixture.source.file("tree/empty").string))
        let report = try await fixture.save("k")
        #expect(report.files == 0)
        #expect(report.notes.count == 1 && report.notes[0].hasPrefix("the entry has no file in it"))
        #expect(try await fixture.save(nil).notes.isEmpty)
    }

    @Test func `an absolute path through a link to the root is the same as a relative path`()
        async throws
    {
        let fixture = try CacheFixture()
        let links = try TemporaryDirectory()
        try fixture.source.write("kept", to: "tree/file")
        try fixture.source.write("kept", to: "tree two/file")
        try links.handle.makeLink("root".utf8, to: Array(fixture.source.path.string.utf8))
        try links.handle.makeLink("again".utf8, to: Array("root".utf8))
        for name in ["root", "again"] {
            let root = links.file(name)
            for (path, relative) in [
                ("tree/**/*", "tree/**/*"), ("./tree two", "tree two"), ("**/*", "*"),
            ] {
                let key = "\(name) \(path)"
                let identity = fixture.identity(key, paths: ["\(root)/\(path)"])
                let saved = try await fixture.cache.save(identity, from: root)
                #expect(saved.files >= 1, "\(path)")
                let same = fixture.identity(key, paths: [relative == "*" ? "**/*" : relative])
                let again = try await fixture.cache.save(same, from: fixture.source.path)
                #expect(again.outcome == .alreadyStored, "\(path)")
                let restored = try await fixture.cache.restore(identity, into: root)
                #expect(restored.outcome == .exact(key: key))
            }
        }
    }
}

extension SaveReport {
    fileprivate func expectSaved() {
        #expect(outcome == .saved)
    }
}
