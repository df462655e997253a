import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// CodeBuild user guide, "Cache builds in Amazon S3": key, fallback-keys, and what identifies an
/// entry.
@Suite struct `A key` {
    @Test func `finds its entry exactly and is never changed`() async throws {
        let bench = try Bench()
        try bench.source.write("first", to: "tree/file")
        try await bench.save("npm-1")
        try bench.source.write("second", to: "tree/file")
        #expect(try await bench.save("npm-1").outcome == .alreadyStored)
        #expect(try await bench.restore("npm").outcome != .exact(key: "npm"), "no prefix match")
        #expect(try await bench.restore("npm-1").outcome == .exact(key: "npm-1"))
        #expect(try bench.target.read("tree/file") == "first")
    }

    @Test func `without an entry takes the newest that a fallback key begins`() async throws {
        let bench = try Bench()
        for number in 1...3 {
            try bench.source.write("\(number)", to: "tree/file")
            try await bench.save("npm-\(number)")
        }
        try await bench.save("other-9")
        let report = try await bench.restore("npm-9", fallback: ["none-", "npm-", "other-"])
        #expect(report.outcome == .fallback(key: "npm-3"))
        #expect(try bench.target.read("tree/file") == "3")
        // The primary key did not exist, so a fallback hit still saves under it.
        #expect(try await bench.save("npm-9").outcome == .saved)
    }

    @Test func `of none is the scope's one entry, replaced by every save`() async throws {
        let bench = try Bench()
        try bench.source.write("first", to: "tree/file")
        try await bench.save(nil)
        try bench.source.write("second", to: "tree/file")
        #expect(try await bench.save(nil).outcome == .saved)
        #expect(try await bench.restore(nil).outcome == .exact(key: nil))
        #expect(try bench.target.read("tree/file") == "second")
        #expect(try await bench.cache.entries().entries.count == 1)
        #expect(try await bench.restore("~").outcome != .exact(key: "~"))
    }

    @Test func `misses when the paths differ, however little`() async throws {
        let bench = try Bench()
        try bench.source.write("x", to: "tree/file")
        try await bench.save("k")
        let other = bench.identity("k", paths: ["tree/**/*", "more/**/*"])
        let report = try await bench.cache.restore(other, into: bench.target.path)
        guard case .miss = report.outcome else {
            Issue.record("an entry of other paths was restored")
            return
        }
        let same = bench.identity("k", paths: ["./tree"])
        let again = try await bench.cache.restore(same, into: bench.target.path)
        #expect(again.outcome == .exact(key: "k"), "the same paths in other words")
    }

    @Test func `belongs to its scope`() async throws {
        let bench = try Bench()
        try bench.source.write("x", to: "tree/file")
        try await bench.save("k", scope: "project-2")
        guard case .miss = try await bench.restore("k", fallback: ["k", ""]).outcome else {
            Issue.record("an entry of another scope was restored")
            return
        }
    }

    @Test(arguments: [
        " a ", "a/b/../c", "ключ-ü", "percent%41", "~", ".", "..", "with\nnewline",
        String(repeating: "long-", count: 60), String(repeating: "é/", count: 300),
    ])
    func `may be any text`(key: String) async throws {
        let bench = try Bench()
        try bench.source.write("x", to: "tree/file")
        try await bench.save(key)
        #expect(try await bench.restore(key).outcome == .exact(key: key))
        // An empty fallback key is none.
        let prefix = String(key.prefix(max(1, key.count * 2 / 3)))
        let fallback = try await bench.restore("?", fallback: [prefix])
        #expect(fallback.outcome == .fallback(key: key))
        #expect(try await bench.cache.entries().entries.map(\.key) == [key])
    }

    @Test func `that is empty is refused`() async throws {
        let bench = try Bench()
        try bench.source.write("x", to: "tree/file")
        let error = await #expect(throws: CacheError.self) { try await bench.save("") }
        #expect(error?.description.contains("the key is empty") == true)
        #expect(try await bench.cache.entries().entries.isEmpty)
    }

    @Test func `that is long is told from one that begins the same`() async throws {
        let bench = try Bench()
        let long = String(repeating: "k", count: 400)
        for end in ["a", "b"] {
            try bench.source.write(end, to: "tree/file")
            try await bench.save(long + end)
        }
        #expect(try await bench.restore(long + "a").outcome == .exact(key: long + "a"))
        #expect(try bench.target.read("tree/file") == "a")
        let report = try await bench.restore("?", fallback: [long + "a"])
        #expect(report.outcome == .fallback(key: long + "a"))
    }
}
