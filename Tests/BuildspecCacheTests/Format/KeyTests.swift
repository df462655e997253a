import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// CodeBuild user guide, "Cache builds in Amazon S3": key, fallback-keys, and what identifies an
/// entry.
@Suite(.timed) struct `Cache keys` {
    @Test func `a key finds its entry exactly, and the entry is never changed`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("first", to: "tree/file")
        try await fixture.save("npm-1")
        try fixture.source.write("second", to: "tree/file")
        #expect(try await fixture.save("npm-1").outcome == .alreadyStored)
        #expect(try await fixture.restore("npm").outcome != .exact(key: "npm"), "no prefix match")
        #expect(try await fixture.restore("npm-1").outcome == .exact(key: "npm-1"))
        #expect(try fixture.target.read("tree/file") == "first")
    }

    @Test func `a key without an entry finds the newest entry of a fallback key`() async throws {
        let fixture = try CacheFixture()
        for number in 1...3 {
            try fixture.source.write("\(number)", to: "tree/file")
            try await fixture.save("npm-\(number)")
        }
        try await fixture.save("other-9")
        let report = try await fixture.restore("npm-9", fallback: ["none-", "npm-", "other-"])
        #expect(report.outcome == .fallback(key: "npm-3"))
        #expect(try fixture.target.read("tree/file") == "3")
        // The primary key did not exist, so a fallback hit still saves under it.
        #expect(try await fixture.save("npm-9").outcome == .saved)
    }

    @Test func `a save without a key replaces the default entry of the scope`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("first", to: "tree/file")
        try await fixture.save(nil)
        try fixture.source.write("second", to: "tree/file")
        #expect(try await fixture.save(nil).outcome == .saved)
        #expect(try await fixture.restore(nil).outcome == .exact(key: nil))
        #expect(try fixture.target.read("tree/file") == "second")
        #expect(try await fixture.cache.entries().entries.count == 1)
        #expect(try await fixture.restore("~").outcome != .exact(key: "~"))
    }

    @Test func `a key is a miss when the paths differ`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/file")
        try await fixture.save("k")
        let other = fixture.identity("k", paths: ["tree/**/*", "more/**/*"])
        let report = try await fixture.cache.restore(other, into: fixture.target.path)
        guard case .miss = report.outcome else {
            Issue.record("an entry of other paths was restored")
            return
        }
        let same = fixture.identity("k", paths: ["./tree"])
        let again = try await fixture.cache.restore(same, into: fixture.target.path)
        #expect(again.outcome == .exact(key: "k"), "the same paths, written differently")
    }

    @Test func `a key does not find the entry of another scope`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/file")
        try await fixture.save("k", scope: "project-2")
        guard case .miss = try await fixture.restore("k", fallback: ["k", ""]).outcome else {
            Issue.record("an entry of another scope was restored")
            return
        }
    }

    @Test(arguments: [
        " a ", "a/b/../c", "ключ-ü", "percent%41", "~", ".", "..", "with\nnewline",
        String(repeating: "long-", count: 60), String(repeating: "é/", count: 300),
    ])
    func `a key of any text finds its entry`(key: String) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/file")
        try await fixture.save(key)
        #expect(try await fixture.restore(key).outcome == .exact(key: key))
        // An empty fallback key is ignored.
        let prefix = String(key.prefix(max(1, key.count * 2 / 3)))
        let fallback = try await fixture.restore("?", fallback: [prefix])
        #expect(fallback.outcome == .fallback(key: key))
        #expect(try await fixture.cache.entries().entries.map(\.key) == [key])
    }

    @Test func `an empty key is refused`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/file")
        let error = await #expect(throws: CacheError.self) { try await fixture.save("") }
        #expect(error?.description.contains("the key is empty") == true)
        #expect(try await fixture.cache.entries().entries.isEmpty)
    }

    @Test func `two long keys with the same beginning have different entries`() async throws {
        let fixture = try CacheFixture()
        let long = String(repeating: "k", count: 400)
        for end in ["a", "b"] {
            try fixture.source.write(end, to: "tree/file")
            try await fixture.save(long + end)
        }
        #expect(try await fixture.restore(long + "a").outcome == .exact(key: long + "a"))
        #expect(try fixture.target.read("tree/file") == "a")
        let report = try await fixture.restore("?", fallback: [long + "a"])
        #expect(report.outcome == .fallback(key: long + "a"))
    }
}
