import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Damaged objects, which are misses with one note and which the next save repairs.
@Suite(.timed) struct `Damaged stores` {
    enum Part: String, CaseIterable, Sendable {
        case pack = "/packs/"
        case manifest = "/manifests/"
        case record = "/keys/"
    }

    enum Harm: CaseIterable, Sendable {
        case wrongByte
        case truncated
        case empty
        case garbage
        case longer
        case missing
    }

    @Test(arguments: Part.allCases, Harm.allCases)
    func `a damaged object is a miss with one note, and the next save repairs it`(
        part: Part,
        harm: Harm
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("one", to: "tree/one")
        try fixture.source.write(String(repeating: "two ", count: 9_000), to: "tree/sub/two")
        try await fixture.save("k")
        let object = try #require(try fixture.objects(part.rawValue).first)
        try inflict(harm, on: object, fixture)

        let report = try await fixture.restore("k")
        guard case .miss = report.outcome else {
            Issue.record("restored from a damaged store: \(report)")
            return
        }
        // A missing record is an ordinary miss without a note.
        let isPlainMiss = part == .record && harm == .missing
        #expect(report.notes.count == (isPlainMiss ? 0 : 1))
        #expect(try fixture.targetNames().isEmpty, "the tree is unchanged")

        // A save does not read packs, so a pack of the right size with wrong bytes looks intact;
        // the restore that found the damage has deleted it.
        #expect(try await fixture.save("k").outcome == .saved)
        #expect(try await fixture.restore("k").outcome == .exact(key: "k"))
        #expect(try fixture.difference() == nil)
        #expect(try await fixture.cache.verify().problems.isEmpty)
    }

    @Test func `a damaged entry does not hide an intact one of a fallback key`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("old", to: "tree/file")
        try await fixture.save("k-1")
        try fixture.source.write("new", to: "tree/file")
        try await fixture.save("k-2")
        for record in try fixture.objects("/k-2/") {
            try fixture.overwrite(record, Array("?".utf8))
        }
        let report = try await fixture.restore("k-2", fallback: ["k-"])
        #expect(report.outcome == .fallback(key: "k-1"))
        #expect(report.notes.count == 1)
        #expect(try fixture.target.read("tree/file") == "old")
    }

    @Test func `a damaged record under a fallback key is named in one note`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("old", to: "tree/file")
        try await fixture.save("k-1")
        try fixture.source.write("new", to: "tree/file")
        try await fixture.save("k-2")
        let record = try #require(try fixture.objects("/k-2/").first)
        try fixture.overwrite(record, Array("?".utf8))
        let name = "v1/keys/project/k-2/\(try #require(record.lastComponent).string)"
        let note = "'\(name)': the key record is damaged; the next save repairs it"
        let report = try await fixture.restore("k-3", fallback: ["k-2", "k-"])
        #expect(report.outcome == .fallback(key: "k-1"))
        #expect(report.notes == [note])
        let miss = try await fixture.restore("k-3", fallback: ["k-2"])
        #expect(miss.outcome == .miss(reason: "damaged entry"))
        #expect(miss.notes == [note])
    }

    @Test func `a damaged entry that a fallback key finds again has one note`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/file")
        try await fixture.save("k-1")
        let pack = try #require(try fixture.objects("/packs/").first)
        try fixture.overwrite(pack, Array("?".utf8))
        let report = try await fixture.restore("k-1", fallback: ["k-"])
        #expect(report.outcome == .miss(reason: "damaged entry"))
        #expect(report.notes.count == 1, "\(report.notes)")
    }

    @Test func `damaged default records of two scopes have a note each, with their names`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("one", to: "tree/file")
        for scope in ["project", "main"] { try await fixture.save(nil, scope: scope) }
        let records = try fixture.objects("/keys/")
        for record in records { try fixture.overwrite(record, Array("?".utf8)) }
        let version = try #require(records.first?.lastComponent?.string)
        var identity = fixture.identity(nil)
        identity.readScopes = ["main"]
        let report = try await fixture.cache.restore(identity, into: fixture.target.path)
        #expect(
            report.notes
                == ["project", "main"].map {
                    "'v1/keys/\($0)/~/\(version)': the key record is damaged; the next save repairs it"
                }
        )
    }

    @Test func `the name of a damaged record or manifest comes once before the reason`()
        async throws
    {
        let fixture = try CacheFixture()
        let manifest = Array("#mtree\n#buildspec-manifest 1\nnonsense\n".utf8)
        try fixture.plant(manifest: manifest, .none)
        let name = StoreLayout.manifest(ContentDigest(of: manifest), .none)
        let restored = try await fixture.restore("k")
        #expect(restored.notes.count == 1)
        #expect(restored.notes.first?.hasPrefix("'\(name)': the manifest is damaged at") == true)
        let record = try #require(try fixture.objects("/keys/").first)
        try fixture.overwrite(record, Array("?".utf8))
        let key = "v1/keys/project/k/\(try #require(record.lastComponent).string)"
        let problem = "'\(key)': the key record is damaged"
        #expect(try await fixture.cache.verify().problems == [problem])
        #expect(try await fixture.cache.entries().problems == [problem])
    }

    @Test func `a restore of a damaged entry leaves existing files alone`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("cached", to: "tree/file")
        try fixture.source.write("cached too", to: "tree/other")
        try await fixture.save("k")
        let pack = try #require(try fixture.objects("/packs/").first)
        try inflict(.wrongByte, on: pack, fixture)
        try fixture.target.write("mine", to: "tree/file")
        let before = try TreeSnapshot(fixture.target.path)
        _ = try await fixture.restore("k")
        #expect(try before.difference(from: TreeSnapshot(fixture.target.path)) == nil)
        #expect(try fixture.target.handle.directory("tree".utf8).names().count == 1)
    }

    @Test func `verify names every damaged object`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("one", to: "tree/one")
        try await fixture.save("k")
        #expect(try await fixture.cache.verify().problems.isEmpty)
        let pack = try #require(try fixture.objects("/packs/").first)
        try inflict(.wrongByte, on: pack, fixture)
        let problems = try await fixture.cache.verify().problems
        #expect(problems.count == 1)
        #expect(problems.first?.contains(pack.lastComponent?.string ?? "?") == true)
    }

    private func inflict(_ harm: Harm, on object: FilePath, _ fixture: CacheFixture) throws {
        var bytes = try fixture.bytes(object)
        switch harm {
        case .wrongByte: bytes[bytes.count / 2] ^= 0x40
        case .truncated: bytes.removeLast(bytes.count / 3 + 1)
        case .empty: bytes = []
        case .garbage: bytes = Array("buildspec-key 1\nnonsense\n".utf8)
        case .longer: bytes += Array("more".utf8)
        case .missing: return try fixture.remove(object)
        }
        try fixture.overwrite(object, bytes)
    }
}
