import BuildspecCache
import BuildspecFiles
import TestSupport
import Testing

/// The files that a cache keeps and a hash reads, compared with the table of patterns.
@Suite(.timed) struct `Patterns of caches and hashes` {
    @Test(arguments: GlobCase.all) func `a save and a restore cover the files of the pattern table`(
        glob: GlobCase
    ) async throws {
        let fixture = try CacheFixture()
        try GlobCase.makeTree(in: fixture.source)
        let identity = fixture.identity("k", paths: [glob.pattern])
        let report = try await fixture.cache.save(identity, from: fixture.source.path)
        guard !glob.covered.isEmpty else {
            return #expect(report.outcome == .nothingToSave)
        }
        #expect(report.files == glob.covered.count)
        _ = try await fixture.cache.restore(identity, into: fixture.target.path)
        let tree = try TreeSnapshot(fixture.target.path).entries
        #expect(tree.filter { $0.value.kind == .regular }.keys.sorted() == glob.covered)
    }

    @Test(arguments: GlobCase.all) func `a hash covers the files of the pattern table`(
        glob: GlobCase
    ) throws {
        let directory = try TemporaryDirectory()
        try GlobCase.makeTree(in: directory)
        let files = try HashFiles([glob.pattern], in: directory.path)
        #expect(files.files.map(\.path).sorted() == glob.covered)
        #expect(files.unmatched.isEmpty == !glob.covered.isEmpty)
    }

    @Test func `a restore leaves files next to the cached directories alone`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("old", to: "packages/one/x")
        try fixture.source.write("old", to: "packages/index.json")
        let identity = fixture.identity("k", paths: ["packages/*/**/*"])
        _ = try await fixture.cache.save(identity, from: fixture.source.path)
        try fixture.target.write("new", to: "packages/index.json")
        try fixture.target.write("new", to: "packages/one/x")
        _ = try await fixture.cache.restore(identity, into: fixture.target.path)
        #expect(try fixture.target.read("packages/index.json") == "new")
        #expect(try fixture.target.read("packages/one/x") == "old")
    }

    @Test func `an entry of an earlier version is restored within the declared directories only`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("old", to: "packages/one/x")
        try fixture.source.write("old", to: "packages/index.json")
        // For earlier versions, 'packages/*/**/*' was 'packages/*'.
        let former = fixture.identity("k-1", paths: ["packages/*"])
        _ = try await fixture.cache.save(former, from: fixture.source.path)
        for (key, fallback) in [("k-1", []), ("k-2", ["k-"])] {
            let target = try TemporaryDirectory()
            try target.write("new", to: "packages/index.json")
            let identity = fixture.identity(key, fallback: fallback, paths: ["packages/*/**/*"])
            let report = try await fixture.cache.restore(identity, into: target.path)
            #expect(
                report.outcome
                    == (fallback.isEmpty ? .exact(key: "k-1") : .fallback(key: "k-1"))
            )
            #expect(try target.read("packages/one/x") == "old")
            #expect(try target.read("packages/index.json") == "new")
            #expect(
                report.notes == [
                    "'packages/index.json' was left out: it is not within the declared paths"
                ]
            )
        }
    }
}
