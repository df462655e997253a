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

/// First saves of a key, which must be complete because an entry with a key is never changed.
@Suite(.timed, .timeLimit(.minutes(2)))
struct `First saves` {
    private let identity = CacheIdentity(scope: "s", key: "k", paths: ["tree/**/*"])

    @Test func `the first of concurrent saves of one key wins, and the others report it`()
        async throws
    {
        let store = try TemporaryDirectory()
        let trees = try (0..<6).map { number in
            let tree = try TemporaryDirectory()
            try tree.write("the content of \(number)", to: "tree/file")
            return tree
        }
        let identity = identity
        for _ in 0..<5 {
            let reports = try await withThrowingTaskGroup(of: SaveReport.self) { group in
                for tree in trees {
                    group.addTask {
                        try await BuildCache(directory: store.path).save(identity, from: tree.path)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reports.count { $0.outcome == .saved } == 1)
            #expect(reports.count { $0.outcome == .alreadyStored } == 5)
            try store.handle.removeTree("v1".utf8)
        }
        #expect(try store.handle.names().allSatisfy { !TemporaryName.matches($0) })
    }

    @Test func `a directory store creates an object once`() async throws {
        let directory = try TemporaryDirectory()
        let store = DirectoryStore(directory.path)
        #expect(try await store.create("v1/keys/a", [1]))
        #expect(try await !store.create("v1/keys/a", [2]))
        #expect(try store.read("v1/keys/a", limit: 9)?.bytes == [1])
        #expect(try store.list(prefix: "v1/").objects.map(\.name) == ["v1/keys/a"])
    }

    @Test func `the next save replaces an entry that lacks unreadable files`()
        async throws
    {
        let (store, tree, target) = (
            try TemporaryDirectory(), try TemporaryDirectory(), try TemporaryDirectory()
        )
        try tree.write("one", to: "tree/one")
        var record = KeyRecord(
            scope: "s",
            key: "k",
            paths: ["./tree"],
            manifest: ContentDigest(of: [1]),
            codec: .zstd,
            saved: 1,
            files: 1,
            bytes: 1,
            stored: 1,
            writer: "w"
        )
        record.leftOut = 2
        #expect(try KeyRecord.decode(record.encode()).leftOut == 2)
        let cache = BuildCache(directory: store.path)
        _ = try await cache.save(identity, from: tree.path)
        // The record of a save that could not read a file.
        let name = record.name
        let bytes = try #require(try DirectoryStore(store.path).read(name, limit: 1 << 20)).bytes
        var saved = try KeyRecord.decode(bytes)
        saved.leftOut = 1
        try DirectoryStore(store.path).write(name, saved.encode())
        try tree.write("two", to: "tree/two")
        #expect(try await cache.save(identity, from: tree.path).outcome == .saved)
        #expect(try await cache.save(identity, from: tree.path).outcome == .alreadyStored)
        _ = try await cache.restore(identity, into: target.path)
        #expect(try target.read("tree/two") == "two")
    }

    @Test func `a push replaces an entry that lacks files by a complete one`() async throws {
        let (near, far) = (try TemporaryDirectory(), try TemporaryDirectory())
        let (tree, target) = (try TemporaryDirectory(), try TemporaryDirectory())
        try tree.write("one", to: "tree/one")
        let shared = BuildCache(directory: far.path)
        _ = try await shared.save(identity, from: tree.path)
        let store = DirectoryStore(far.path)
        let name = try #require(try store.list(prefix: "v1/keys/").objects.first).name
        var lacking = try KeyRecord.decode(try #require(try store.read(name, limit: 1 << 20)).bytes)
        lacking.leftOut = 1
        try store.write(name, lacking.encode())
        try tree.write("two", to: "tree/two")
        _ = try await BuildCache(directory: near.path).save(identity, from: tree.path)
        let stores = CacheStores(local: DirectoryStore(near.path), shared: store)
        #expect(try await BuildCache(stores: stores).transfer(.push).entries.count == 1)
        _ = try await shared.restore(identity, into: target.path)
        #expect(try target.read("tree/two") == "two")
    }

    @Test(.enabled(if: geteuid() != 0))
    func `an unreadable file makes an entry incomplete, and the next save replaces it`()
        async throws
    {
        let (store, tree) = (try TemporaryDirectory(), try TemporaryDirectory())
        try tree.write("one", to: "tree/one")
        try tree.write("two", to: "tree/two")
        _ = unsafe chmod(tree.file("tree/two").string, 0)
        let cache = BuildCache(directory: store.path)
        let report = try await cache.save(identity, from: tree.path)
        #expect(report.filesLeftOut == 1)
        _ = unsafe chmod(tree.file("tree/two").string, 0o600)
        #expect(try await cache.save(identity, from: tree.path).outcome == .saved)
    }
}
