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

/// Two states of a tree, and what must hold of a store and a workspace whatever happened to a process.
struct CrashBench: Sendable {
    /// What is stored as the entry `old`, and what every workspace begins with.
    let old: TemporaryDirectory
    /// What is stored as the entry `new`.
    let new: TemporaryDirectory
    /// The home directory of every process, so that none leaves anything in a tree.
    let home: TemporaryDirectory
    let oldTree: TreeSnapshot
    let newTree: TreeSnapshot

    /// Whether every call is tried, and larger trees, instead of a part that is quick.
    static let isThorough = unsafe getenv("BUILDSPEC_TEST_CRASHES") != nil

    init() throws {
        old = try TemporaryDirectory()
        new = try TemporaryDirectory()
        home = try TemporaryDirectory()
        try CrashBench.fill(old, "old")
        try old.write("only in the old one", to: "tree/gone")
        try old.write("a file", to: "tree/kind")
        try old.handle.directory("tree".utf8).makeDirectory("other kind".utf8)
        try CrashBench.fill(new, "new")
        try new.write("a directory", to: "tree/kind/x")
        try new.write("a file", to: "tree/other kind")
        try new.write("y", to: "tree/fresh/deep/y")
        if CrashBench.isThorough {
            var random = SplitMix64(seed: 4)
            let large = PathBytes(new.file("tree/large").string)
            try AtomicFile.write(random.bytes(9 << 20), to: large)
        }
        oldTree = try TreeSnapshot(old.path)
        newTree = try TreeSnapshot(new.path)
    }

    private static func fill(_ place: TemporaryDirectory, _ text: String) throws {
        try place.write("same", to: "tree/same")
        try place.write(text, to: "tree/changed")
        try place.write(text + "b", to: "tree/sub/b")
        let tree = try place.handle.directory("tree".utf8)
        try tree.makeLink("link".utf8, to: Array(text.utf8))
        try tree.makeHardLink("linked".utf8, to: "changed".utf8, in: tree)
        try place.write(text, to: "tree/closed/file")
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

    /// The arguments of a command over a store.
    static func arguments(_ verb: String, key: String, store: TemporaryDirectory) -> [String] {
        ["cache", verb, "--scope", "s", "--key", key, "--path", "tree/**/*", "--cache"]
            + [store.path.string]
    }

    var environment: [Environment.Key: String] { ["HOME": home.path.string] }

    func cache(_ store: TemporaryDirectory) -> BuildCache {
        BuildCache(directory: store.path)
    }

    /// A store with the old entry, and perhaps the new one.
    func store(withNew: Bool) async throws -> TemporaryDirectory {
        let store = try TemporaryDirectory()
        _ = try await cache(store).save(Self.identity("old"), from: old.path)
        if withNew { _ = try await cache(store).save(Self.identity("new"), from: new.path) }
        return store
    }

    /// A workspace that holds the old tree and files of the user's.
    func workspace(_ store: TemporaryDirectory) async throws -> TemporaryDirectory {
        let place = try TemporaryDirectory()
        _ = try await cache(store).restore(Self.identity("old"), into: place.path)
        try place.write("mine", to: "tree/mine")
        let tree = try place.handle.directory("tree".utf8)
        for name in ["mine", "."] {
            try tree.setModified(name.utf8, FileTime(seconds: 77, nanoseconds: 7))
        }
        return place
    }

    /// The store proves sound, and its entry is exactly the tree.
    func expectSound(
        _ store: TemporaryDirectory,
        _ key: String,
        is tree: TreeSnapshot,
        _ comment: Comment
    ) async throws {
        let report = try await cache(store).verify()
        #expect(report.problems == [], comment)
        let place = try TemporaryDirectory()
        let restored = try await cache(store).restore(Self.identity(key), into: place.path)
        #expect(restored.outcome == .exact(key: key), comment)
        #expect(restored.notes == [], comment)
        #expect(try tree.difference(from: TreeSnapshot(place.path)) == nil, comment)
    }

    /// The unfinished files below a directory.
    static func leftovers(in place: TemporaryDirectory) throws -> [String] {
        let set = PathSet(["**/*"], root: PathBytes(place.path.string))
        return try TreeWalk(set, root: place.handle).temporaries.map(\.text)
    }

    /// Runs cases side by side, a few at a time.
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
