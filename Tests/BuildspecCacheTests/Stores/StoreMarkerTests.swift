import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Directories with other files, which a store refuses or leaves alone.
@Suite(.timed) struct `Store markers` {
    private static let foreign = [
        "v1/keys/prod/server.pem", "v1/manifests/deploy.yml", "v1/packs/ab/notes.txt",
        "v1/keys/s/k/README", "v1/sweeps/todo", "v1/.buildspec-partial-mine", "src/main.c",
        "v1/keys/prod/deep/er/x/y/z",
    ]

    private func plant(_ files: [String], in directory: TemporaryDirectory) throws {
        for file in files {
            try directory.write(file, to: file)
            try directory.file(file).setModified(FileTime(seconds: 1, nanoseconds: 0))
        }
    }

    private func survivors(_ directory: TemporaryDirectory) throws -> [String] {
        try Self.foreign.filter { try directory.read($0) == $0 }
    }

    @Test func `a directory with other files is refused, and nothing in it changes`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        try plant(["v1/keys/prod/server.pem", "v1/manifests/deploy.yml"], in: fixture.store)
        let before = try TreeSnapshot(fixture.store.path)
        let cache = BuildCache(directory: fixture.store.path)
        func refused(_ work: () async throws -> Void) async {
            let error = await #expect(throws: CacheError.self) { try await work() }
            #expect(error?.description.contains("is not a cache store: it contains 'v1/") == true)
            #expect(error?.description.contains("--init-store") == true)
        }
        await refused { try await fixture.save("k") }
        await refused { _ = try await fixture.restore("k") }
        await refused { _ = try await cache.entries() }
        await refused { _ = try await cache.prune(PruneLimits(gracePeriod: 0)) }
        await refused { _ = try await cache.verify() }
        await refused { _ = try await cache.repair(VerifyReport()) }
        #expect(try TreeSnapshot(fixture.store.path) == before)
    }

    @Test func `maintenance keeps files that do not belong to the store`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        try plant(Self.foreign, in: fixture.store)
        let store = DirectoryStore(fixture.store.path, takesAnyDirectory: true)
        var cache = BuildCache(store: store)
        cache.limits = StoreLimits(maximumAge: 1, maximumSize: 1)
        _ = try await cache.save(fixture.identity("k"), from: fixture.source.path)
        _ = try await cache.save(fixture.identity(nil), from: fixture.source.path)
        #expect(try await cache.verify().problems.isEmpty)
        #expect(try await cache.entries().problems.isEmpty)
        let repaired = try await cache.repair(try await cache.verify())
        #expect(repaired.problems.isEmpty)
        let pruned = try await cache.prune(PruneLimits(maximumCount: 0, gracePeriod: 0))
        #expect(pruned.removedDamagedRecords == 0 && pruned.removedLeftovers == 0)
        #expect(try survivors(fixture.store) == Self.foreign)
        // The store has its marker now, so the option is not needed again.
        #expect(try await BuildCache(directory: fixture.store.path).verify().problems.isEmpty)
    }

    @Test func `maintenance of a shared store keeps files that do not belong to it`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        let shared = try TemporaryDirectory()
        try plant(Self.foreign, in: shared)
        let cache = BuildCache(
            stores: CacheStores(
                local: DirectoryStore(fixture.store.path),
                shared: DirectoryStore(shared.path, takesAnyDirectory: true)
            )
        )
        _ = try await cache.save(fixture.identity("k"), from: fixture.source.path)
        for _ in 0..<3 {
            let limits = PruneLimits(maximumCount: 0, gracePeriod: 0)
            let pruned = try await cache.prune(limits)
            #expect(pruned.removedDamagedRecords == 0)
        }
        for direction in [TransferDirection.push, .pull] {
            #expect(try await cache.transfer(direction).skipped.isEmpty)
        }
        #expect(try survivors(shared) == Self.foreign)
    }

    @Test(arguments: [nil, [], ["lost+found/x"], [".gitignore"]] as [[String]?])
    func `a missing or nearly empty directory becomes a store`(files: [String]?) async throws {
        let directory = try TemporaryDirectory()
        let name = files == nil ? "a/new/store" : "store"
        if let files {
            try directory.handle.makeDirectory("store".utf8)
            for file in files { try directory.write("", to: "store/\(file)") }
        }
        let store = DirectoryStore(directory.file(name))
        #expect(try store.list(prefix: "v1/").objects.isEmpty)
        #expect(try directory.read("\(name)/buildspec-store") == nil, "a listing makes no store")
        try store.write("v1/keys/s/k/x", [1])
        #expect(try directory.read("\(name)/buildspec-store") == "buildspec-store 1\n")
    }

    @Test func `a store of an older version is recognised by its objects, and gets the marker`()
        async throws
    {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        try await fixture.save("k")
        // Older stores have no marker, and can be in a directory with other files.
        try fixture.store.handle.removeFile("buildspec-store".utf8)
        try plant(["src/main.c"], in: fixture.store)
        let cache = BuildCache(directory: fixture.store.path)
        #expect(try await cache.entries().entries.count == 1)
        #expect(try fixture.store.read("buildspec-store") == nil)
        _ = try await cache.save(fixture.identity("other"), from: fixture.source.path)
        #expect(try fixture.store.read("buildspec-store") == "buildspec-store 1\n")
        #expect(try fixture.store.read("src/main.c") == "src/main.c")
    }

    @Test func `a store whose marker a power cut has emptied is still a store`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        try await fixture.save("k")
        try fixture.store.write("", to: "buildspec-store")
        let cache = BuildCache(directory: fixture.store.path)
        #expect(try await cache.entries().entries.count == 1)
        _ = try await cache.save(fixture.identity("other"), from: fixture.source.path)
        #expect(try fixture.store.read("buildspec-store") == "buildspec-store 1\n")
    }

    @Test(
        arguments: [
            ("upkeep", "mine\n", "its file 'upkeep' was not"),
            ("buildspec-store", "mine\n", "its file 'buildspec-store' was not"),
            ("buildspec-store", "buildspec-store 1\nmore\n", "its file 'buildspec-store' was not"),
            ("buildspec-store", "buildspec-store 2\n", "another version, 'buildspec-store 2'"),
            ("lock", "mine\n", nil), ("upkeep.lock", "mine\n", nil),
        ] as [(name: String, text: String, reason: String?)],
        [false, true]
    )
    func `a store keeps a user's file that has the name of a store's file`(
        file: (name: String, text: String, reason: String?),
        takesAny: Bool
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        try fixture.store.write(file.text, to: file.name)
        let store = DirectoryStore(fixture.store.path, takesAnyDirectory: takesAny)
        var cache = BuildCache(store: store)
        cache.limits = StoreLimits(maximumAge: 1, maximumSize: 1)
        let reason = file.reason ?? (takesAny ? nil : "it contains '\(file.name)'")
        if let reason {
            let error = await #expect(throws: CacheError.self) {
                _ = try await cache.save(fixture.identity("k"), from: fixture.source.path)
            }
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        } else {
            _ = try await cache.save(fixture.identity("k"), from: fixture.source.path)
        }
        #expect(try fixture.store.read(file.name) == file.text)
    }

    @Test func `a store keeps a user's file that was added later`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        try await fixture.save("k")
        try fixture.store.write("mine\n", to: "upkeep")
        var cache = BuildCache(directory: fixture.store.path)
        cache.limits = StoreLimits(maximumAge: 1, maximumSize: 1)
        let report = try await cache.save(fixture.identity("l"), from: fixture.source.path)
        #expect(
            report.notes.contains { $0.contains("was not written by buildspec") },
            "\(report.notes)"
        )
        #expect(try fixture.store.read("upkeep") == "mine\n")
    }

    @Test func `a store can be made by many writers at the same time`() async throws {
        let directory = try TemporaryDirectory()
        for round in 0..<20 {
            let path = directory.file("store\(round)")
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for writer in 0..<8 {
                    tasks.addTask {
                        let store = DirectoryStore(path)
                        _ = try store.list(prefix: "v1/")
                        try store.write("v1/keys/s/k/\(writer)", [1])
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(try DirectoryStore(path).list(prefix: "v1/").objects.count == 8)
        }
    }
}
