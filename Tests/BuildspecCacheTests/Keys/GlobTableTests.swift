import BuildspecCache
import BuildspecFiles
import TestSupport
import Testing

/// What a cache keeps and a hash reads, against the table of patterns.
@Suite struct `A glob means the same` {
    @Test(arguments: GlobCase.all) func `to a save and a restore`(glob: GlobCase) async throws {
        let bench = try Bench()
        try GlobCase.makeTree(in: bench.source)
        let identity = bench.identity("k", paths: [glob.pattern])
        let report = try await bench.cache.save(identity, from: bench.source.path)
        guard !glob.covered.isEmpty else {
            return #expect(report.outcome == .nothingToSave)
        }
        #expect(report.files == glob.covered.count)
        _ = try await bench.cache.restore(identity, into: bench.target.path)
        let tree = try TreeSnapshot(bench.target.path).entries
        #expect(tree.filter { $0.value.kind == .regular }.keys.sorted() == glob.covered)
    }

    @Test(arguments: GlobCase.all) func `to a hash`(glob: GlobCase) throws {
        let place = try TemporaryDirectory()
        try GlobCase.makeTree(in: place)
        let files = try HashFiles([glob.pattern], in: place.path)
        #expect(files.files.map(\.path).sorted() == glob.covered)
        #expect(files.unmatched.isEmpty == !glob.covered.isEmpty)
    }

    @Test func `a restore over files beside the cached directories leaves them alone`() async throws
    {
        let bench = try Bench()
        try bench.source.write("old", to: "packages/one/x")
        try bench.source.write("old", to: "packages/index.json")
        let identity = bench.identity("k", paths: ["packages/*/**/*"])
        _ = try await bench.cache.save(identity, from: bench.source.path)
        try bench.target.write("new", to: "packages/index.json")
        try bench.target.write("new", to: "packages/one/x")
        _ = try await bench.cache.restore(identity, into: bench.target.path)
        #expect(try bench.target.read("packages/index.json") == "new")
        #expect(try bench.target.read("packages/one/x") == "old")
    }

    @Test func `an entry of an earlier version is found and held within the directories`()
        async throws
    {
        let bench = try Bench()
        try bench.source.write("old", to: "packages/one/x")
        try bench.source.write("old", to: "packages/index.json")
        // For earlier versions, 'packages/*/**/*' was 'packages/*'.
        let former = bench.identity("k-1", paths: ["packages/*"])
        _ = try await bench.cache.save(former, from: bench.source.path)
        for (key, fallback) in [("k-1", []), ("k-2", ["k-"])] {
            let target = try TemporaryDirectory()
            try target.write("new", to: "packages/index.json")
            let identity = bench.identity(key, fallback: fallback, paths: ["packages/*/**/*"])
            let report = try await bench.cache.restore(identity, into: target.path)
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
