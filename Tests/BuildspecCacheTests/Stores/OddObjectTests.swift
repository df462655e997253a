import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Objects that are not regular files or that take 40 GB, which are damaged until a repair or a save.
@Suite(.timed, .timeLimit(.minutes(2))) struct `Irregular objects` {
    enum Kind: CaseIterable, Sendable {
        case pipe
        case directory
        case linkToItself
        case linkToTheObject
        case hugeAndSparse
    }

    private static let parts = ["v1/keys/", "v1/packs/", "v1/manifests/"]

    private func replace(_ path: FilePath, by kind: Kind, _ fixture: CacheFixture) throws {
        let name = try #require(path.lastComponent?.string)
        let parent = try DirectoryHandle.open(PathBytes(path.removingLastComponent().string))
        switch kind {
        case .pipe:
            try parent.removeFile(name.utf8)
            #expect(unsafe path.withPlatformString { unsafe mkfifo($0, 0o600) } == 0)
        case .directory:
            try parent.removeFile(name.utf8)
            try parent.makeDirectory(name.utf8)
        case .linkToItself:
            try parent.removeFile(name.utf8)
            try parent.makeLink(name.utf8, to: Array(name.utf8))
        case .linkToTheObject:
            try parent.rename(name.utf8, to: "elsewhere".utf8)
            try parent.makeLink(name.utf8, to: Array("elsewhere".utf8))
        case .hugeAndSparse:
            #expect(unsafe path.withPlatformString { unsafe truncate($0, 40 << 30) } == 0)
        }
    }

    @Test(arguments: Kind.allCases, parts)
    func `an irregular object is damaged, and the next save stores it again`(
        kind: Kind,
        part: String
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/x")
        try await fixture.save("k")
        let object = try #require(try fixture.objects(part).first)
        try replace(object, by: kind, fixture)

        let found = try await fixture.cache.verify()
        #expect(!found.problems.isEmpty && found.brokenEntries.count == 1)
        let restored = try await fixture.restore("k")
        guard case .miss = restored.outcome else {
            Issue.record("\(restored.outcome)")
            return
        }
        #expect(restored.notes.count == 1)
        #expect(try fixture.targetNames().isEmpty)
        let listed = try await fixture.cache.entries()
        #expect(listed.problems.count == (part == "v1/keys/" ? 1 : 0))

        try await fixture.save("k")
        #expect(try await fixture.cache.verify().problems.isEmpty)
        _ = try await fixture.restore("k")
        #expect(try fixture.target.read("tree/x") == "content")
    }

    @Test(arguments: Kind.allCases, parts)
    func `a repair deletes an irregular object`(kind: Kind, part: String) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/x")
        try await fixture.save("k")
        try replace(try #require(try fixture.objects(part).first), by: kind, fixture)
        let done = try await fixture.cache.repair(try await fixture.cache.verify())
        #expect(done.removedEntries.count == 1 && done.problems.isEmpty)
        #expect(done.removedObjects.count == (part == "v1/keys/" ? 0 : 1))
        #expect(try await fixture.cache.verify().problems.isEmpty)
        #expect(try await fixture.restore("k").notes.isEmpty)
    }

    @Test(arguments: parts)
    func `a directory with files instead of an object stays, with a note how to remove it`(
        part: String
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/x")
        try await fixture.save("k")
        let object = try #require(try fixture.objects(part).first)
        try replace(object, by: .directory, fixture)
        let directory = try DirectoryHandle.open(PathBytes(object.string))
        try directory.makeDirectory("mine".utf8)
        let remedy = "'\(object)' is a directory that is not empty; remove it by hand"

        #expect(try await fixture.restore("k").notes == [remedy])
        let error = await #expect(throws: CacheError.self) { try await fixture.save("k") }
        #expect(error?.description == remedy)
        let found = try await fixture.cache.verify()
        #expect(found.problems.contains { $0.hasSuffix(remedy) }, "\(found.problems)")
        let done = try await fixture.cache.repair(found)
        #expect(done.problems == [remedy] && done.removedObjects.isEmpty)
        #expect(try directory.names() == [Array("mine".utf8)])
    }

    @Test func `verify does not count a manifest that it does not read`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/x")
        try await fixture.save("k")
        let manifest = try #require(try fixture.objects("v1/manifests/").first)
        try replace(manifest, by: .hugeAndSparse, fixture)
        let found = try await fixture.cache.verify()
        #expect(found.objects == 1 && found.bytes < 1 << 20, "\(found)")
        #expect(found.damagedObjects.count == 1)
    }

    @Test(arguments: ["v1/packs", "v1/manifests"])
    func `verify names a foreign file in place of a directory, and a repair leaves it`(
        parent: String
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/x")
        try await fixture.save("k")
        let used = try fixture.objects(parent).map(\.string)
        let name = used.contains { $0.contains("/00/") } ? "\(parent)/01" : "\(parent)/00"
        try fixture.store.write("mine", to: name)
        // A file of another name is in nobody's way.
        try fixture.store.write("mine", to: "\(parent)/notes")
        let found = try await fixture.cache.verify()
        #expect(
            found.problems
                == ["'\(name)' is a foreign file in place of a directory; remove it by hand"]
        )
        #expect(found.entries == 1 && found.objects == 2)
        _ = try await fixture.cache.repair(found)
        #expect(try fixture.store.read(name) == "mine")
    }

    @Test(arguments: [
        (Kind.pipe, " is a pipe, a directory or a link"),
        (.directory, " is a pipe, a directory or a link"),
        (.linkToTheObject, " is a pipe, a directory or a link"), (.hugeAndSparse, " is too large"),
    ])
    func `explain reports why an irregular object is damaged`(
        kind: Kind,
        reason: String
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("content", to: "tree/x")
        try await fixture.save("k")
        let pack = try #require(try fixture.objects("v1/packs/").first)
        try replace(pack, by: kind, fixture)
        let explained = try await fixture.cache.explain(
            fixture.identity("k"),
            root: fixture.target.path
        )
        guard case .damaged(let text) = explained.verdict else {
            Issue.record("\(explained.verdict)")
            return
        }
        #expect(text.hasSuffix(reason))
        // Explain deletes nothing.
        #expect(try FileStatus.named(PathBytes(pack.string)) != nil)
    }

    @Test func `a manifest with a link target of more than 4095 bytes is refused`() async throws {
        let long = [UInt8](repeating: 0x61, count: 5_000)
        func manifest(_ count: Int) -> Manifest {
            let kind = Manifest.Kind.link(target: Array(long.prefix(count)))
            let time = FileTime(seconds: 1, nanoseconds: 0)
            return Manifest(
                packs: [],
                entries: [
                    Manifest.Entry(path: PathBytes("l"), mode: 0o777, modified: time, kind: kind)
                ]
            )
        }
        for (count, isValid) in [(4_095, true), (4_096, false), (5_000, false)] {
            let text = ManifestEncoder.encode(manifest(count))
            let decoded = try? ManifestDecoder.decode(text)
            #expect((decoded != nil) == isValid, "\(count)")
        }
    }
}
