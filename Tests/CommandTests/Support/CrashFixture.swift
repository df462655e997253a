import BuildspecCache
import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Two states of a tree, with checks of a store and a workspace after a fault of a process.
struct CrashFixture: Sendable {
    /// The tree of the entry `old`, which is the first state of every workspace.
    let old: TemporaryDirectory
    /// The tree of the entry `new`.
    let new: TemporaryDirectory
    /// The home directory of every process, so that no process writes its state into a tree.
    let home: TemporaryDirectory
    let oldTree: TreeSnapshot
    let newTree: TreeSnapshot

    init() throws {
        old = try TemporaryDirectory()
        new = try TemporaryDirectory()
        home = try TemporaryDirectory()
        try CrashFixture.fill(old, "old")
        try old.write("only in the old one", to: "tree/gone")
        try old.write("a file", to: "tree/kind")
        try old.handle.directory("tree".utf8).makeDirectory("other kind".utf8)
        try CrashFixture.fill(new, "new")
        try new.write("a directory", to: "tree/kind/x")
        try new.write("a file", to: "tree/other kind")
        try new.write("y", to: "tree/fresh/deep/y")
        if TestScope.isFull {
            var random = SplitMix64(seed: 4)
            let large = PathBytes(new.file("tree/large").string)
            try AtomicFile.write(random.bytes(9 << 20), to: large)
        }
        oldTree = try TreeSnapshot(old.path)
        newTree = try TreeSnapshot(new.path)
    }

    private static func fill(_ directory: TemporaryDirectory, _ text: String) throws {
        try directory.write("same", to: "tree/same")
        try directory.write(text, to: "tree/changed")
        try directory.write(text + "b", to: "tree/sub/b")
        let tree = try directory.handle.directory("tree".utf8)
        try tree.makeLink("link".utf8, to: Array(text.utf8))
        try tree.makeHardLink("linked".utf8, to: "changed".utf8, in: tree)
        try directory.write(text, to: "tree/closed/file")
        try tree.setMode("closed".utf8, text == "old" ? 0o555 : 0o755)
        for name in ["same", "sub", "closed", ""] {
            try tree.setModified(
                (name.isEmpty ? "." : name).utf8,
                FileTime(seconds: 9, nanoseconds: 1)
            )
        }
    }

    static func identity(_ key: String?) -> CacheIdentity {
        CacheIdentity(scope: "s", key: key, paths: ["tree/**/*"])
    }

    /// Returns the arguments of a cache command.
    static func arguments(_ command: String, key: String, store: TemporaryDirectory) -> [String] {
        ["cache", command, "--scope", "s", "--key", key, "--path", "tree/**/*", "--cache"]
            + [store.path.string]
    }

    var environment: [Environment.Key: String] { ["HOME": home.path.string] }

    func cache(_ store: TemporaryDirectory) -> BuildCache {
        BuildCache(directory: store.path)
    }

    /// Makes a store with the old entry, and with the new one if `withNew` is true.
    func store(withNew: Bool) async throws -> TemporaryDirectory {
        let store = try TemporaryDirectory()
        _ = try await cache(store).save(Self.identity("old"), from: old.path)
        if withNew { _ = try await cache(store).save(Self.identity("new"), from: new.path) }
        return store
    }

    /// Makes a workspace with the old tree and a file of the user.
    func workspace(_ store: TemporaryDirectory) async throws -> TemporaryDirectory {
        let workspace = try TemporaryDirectory()
        _ = try await cache(store).restore(Self.identity("old"), into: workspace.path)
        try workspace.write("mine", to: "tree/mine")
        let tree = try workspace.handle.directory("tree".utf8)
        for name in ["mine", "."] {
            try tree.setModified(name.utf8, FileTime(seconds: 77, nanoseconds: 7))
        }
        return workspace
    }

    /// Expects that the store is sound, and that its entry restores exactly the tree.
    func expectSound(
        _ store: TemporaryDirectory,
        _ key: String,
        is tree: TreeSnapshot,
        _ comment: Comment
    ) async throws {
        let report = try await cache(store).verify()
        #expect(report.problems == [], comment)
        let target = try TemporaryDirectory()
        let restored = try await cache(store).restore(Self.identity(key), into: target.path)
        #expect(restored.outcome == .exact(key: key), comment)
        #expect(restored.notes == [], comment)
        #expect(try tree.difference(from: TreeSnapshot(target.path)) == nil, comment)
    }

    /// Lists the unfinished files below a directory.
    static func leftovers(in directory: TemporaryDirectory) throws -> [String] {
        let set = PathSet(["**/*"], root: PathBytes(directory.path.string))
        return try TreeWalk(set, root: directory.handle).temporaries.map(\.text)
    }

    /// Runs `body` with every case, three at a time.
    static func each<Case: Sendable>(
        _ cases: some Sequence<Case>,
        _ body: @escaping @Sendable (Case) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (number, item) in cases.enumerated() {
                if number >= 3 { try await tasks.next() }
                tasks.addTask { try await body(item) }
            }
            try await tasks.waitForAll()
        }
    }
}
