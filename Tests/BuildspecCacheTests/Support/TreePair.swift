import BuildspecFiles
import SystemPackage
import TestSupport

@testable import BuildspecCache

/// A random tree that is saved, and another one that replaces it before the restore.
///
/// Both consist of few names, sizes and times, so that they overlap in many ways. One half of each is
/// below the root, and the other half in another directory.
struct TreePair {
    let root: TemporaryDirectory
    let store: TemporaryDirectory
    let identity: CacheIdentity
    let outside: TemporaryDirectory
    private var random: SplitMix64
    private var files: [(directory: DirectoryHandle, name: [UInt8])] = []

    /// Makes the first tree.
    init(seed: UInt64) throws {
        root = try TemporaryDirectory()
        outside = try TemporaryDirectory()
        store = try TemporaryDirectory()
        random = SplitMix64(seed: seed)
        let absolute = outside.path.string
        let sets = [
            ["tree/**/*"], ["tree/**/c"], ["tree/a/b/c"], ["tree/*/b/**/*", "tree/a"],
            ["\(absolute)/**/*", "tree/**/*"],
            ["\(absolute)/b/*", "\(absolute)/*/*/a", "tree/*/c"],
        ]
        let paths = sets.randomElement(using: &random) ?? []
        identity = CacheIdentity(scope: "test", key: "k", paths: paths)
        try fill()
    }

    var set: PathSet { PathSet(identity.paths, root: PathBytes(root.path.string)) }

    /// Replaces the first tree by the second one, which can be empty.
    mutating func replace() throws {
        files = []
        for directory in [root.handle, outside.handle] {
            for name in try directory.names() { try directory.removeTree(name) }
        }
        if Int.random(in: 0..<4, using: &random) > 0 { try fill() }
    }

    private mutating func fill() throws {
        try root.handle.makeDirectory("tree".utf8)
        try fill(root.handle.directory("tree".utf8), depth: 3)
        try fill(outside.handle, depth: 3)
    }

    private mutating func fill(_ directory: DirectoryHandle, depth: Int) throws {
        for name in ["a", "b", "c", "d"].map({ Array($0.utf8) }) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<2: continue
            case 2..<6 where depth > 0:
                try directory.makeDirectory(name)
                if Int.random(in: 0..<3, using: &random) > 0 {
                    try fill(directory.directory(name), depth: depth - 1)
                }
                let modes: [UInt32] = [0o755, 0o700, 0o555]
                try directory.setMode(name, modes.randomElement(using: &random) ?? 0)
            case 6:
                let targets = ["a", "b", "..", "../b", outside.path.string]
                let target = targets.randomElement(using: &random) ?? ""
                try directory.makeLink(name, to: Array(target.utf8))
            case 7 where !files.isEmpty:
                let first = files[Int.random(in: 0..<files.count, using: &random)]
                try directory.makeHardLink(name, to: first.name, in: first.directory)
                continue
            default:
                try makeFile(name, in: directory)
                continue
            }
            try directory.setModified(name, time())
        }
    }

    /// Makes a file; files of the same size and time have the same content.
    private mutating func makeFile(_ name: [UInt8], in directory: DirectoryHandle) throws {
        let (size, time) = ([0, 10, 100_000].randomElement(using: &random) ?? 0, time())
        var content = SplitMix64(seed: UInt64(size) + UInt64(time.seconds))
        let bytes = content.bytes(size, compressible: size % 3 == 0)
        let file = try OpenFile.creating(name[...], in: directory)
        try file.write(bytes.span, at: 0)
        try file.setMode([0o644, 0o600].randomElement(using: &random) ?? 0)
        try file.setModified(time)
        files.append((directory, name))
    }

    private mutating func time() -> FileTime {
        FileTime(seconds: Int64.random(in: 1...3, using: &random), nanoseconds: 5)
    }

    /// Changes a byte in one of the store's packs.
    ///
    /// - Returns: `false` if the store has no pack.
    mutating func damagePack() throws -> Bool {
        let set = PathSet(["v1/packs/**/*"], root: PathBytes(store.path.string))
        let packs = try TreeWalk(set, root: store.handle).entries
            .filter { $0.status.kind == .regular }
        guard let pack = packs.randomElement(using: &random) else { return false }
        let path = PathBytes(store.path.string).appending(pack.path.bytes)
        var bytes = try AtomicFile.read(path, limit: 1 << 30) ?? []
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1
        try AtomicFile.write(bytes, to: path)
        return true
    }

    /// Returns all entries of both halves by the paths that a cache gives them.
    func snapshot() throws -> [PathBytes: TreeSnapshot.Entry] {
        var entries: [PathBytes: TreeSnapshot.Entry] = [:]
        for (path, entry) in try TreeSnapshot(root.path).entries {
            entries[PathBytes(path)] = entry
        }
        let outside = PathBytes(outside.path.string)
        for (path, entry) in try TreeSnapshot(self.outside.path).entries {
            entries[outside.appending(path.utf8)] = entry
        }
        // A file can have names in both halves.
        var cursor = TreeCursor(try TreeRoots(root: PathBytes(root.path.string)))
        var names: [FileStatus.Identity: PathBytes] = [:]
        for path in entries.keys.sorted() where entries[path]?.kind == .regular {
            let (directory, name) = try cursor.parent(of: path)
            guard let identity = try directory.status(name)?.identity else { continue }
            entries[path]?.sameFileAs = names[identity]?.text
            if names[identity] == nil { names[identity] = path }
        }
        return entries
    }
}

/// The expected tree after another one was restored over it.
struct OverlaidTree {
    private(set) var entries: [PathBytes: TreeSnapshot.Entry]
    /// The entries that existing ones block.
    private(set) var leftOut: Set<PathBytes> = []
    /// The number of files of the source that are restored or present.
    var restoredFileCount: Int {
        source.count { $0.value.kind == .regular && !leftOut.contains($0.key) }
    }
    /// The number of names in the path of the half that is not below the root.
    private let depth: Int
    private let source: [PathBytes: TreeSnapshot.Entry]
    private let existing: [PathBytes: TreeSnapshot.Entry]
    /// The first name of the file that a name in the source belongs to.
    private let firstNames: [PathBytes: PathBytes]
    /// Directories that are not entries; their times change when files are restored into them.
    private var others: Set<PathBytes> = []
    /// The ones of `others` that the restore creates.
    private var made: Set<PathBytes> = []

    init(
        _ source: [PathBytes: TreeSnapshot.Entry],
        over existing: [PathBytes: TreeSnapshot.Entry],
        _ pair: TreePair
    ) {
        let set = pair.set
        depth = PathBytes(pair.outside.path.string).components.count
        let source = source.filter {
            set.contains($0.key, isDirectory: $0.value.kind == .directory)
        }
        let names = source.filter { $0.value.kind == .regular }.keys.sorted()
        let same = Dictionary(grouping: names) { source[$0]?.sameFileAs ?? $0.text }
        firstNames = same.values.reduce(into: [:]) { firstNames, names in
            for name in names { firstNames[name] = names[0] }
        }
        self.source = source
        self.existing = existing
        entries = existing
        for path in source.keys.sorted() { add(path) }
    }

    private mutating func add(_ path: PathBytes) {
        guard let entry = source[path] else { return }
        let old = entries[path]
        let isBlocked =
            entry.kind != .directory && old?.kind == .directory
            && existing.keys.contains { $0.isWithin(path) }
        let above = directories(above: path)
        guard !isBlocked, above.allSatisfy({ entries[$0]?.kind ?? .directory == .directory })
        else {
            leftOut.insert(path)
            return
        }
        for directory in above where source[directory] == nil {
            others.insert(directory)
            if entries[directory] == nil {
                made.insert(directory)
                var new = entry
                (new.kind, new.content) = (.directory, [])
                entries[directory] = new
            }
        }
        if let first = firstNames[path], first != path, leftOut.contains(first) {
            leftOut.insert(path)
        } else {
            entries[path] = entry
        }
    }

    /// Returns the directories above a path that are in one of the trees.
    private func directories(above path: PathBytes) -> [PathBytes] {
        let start = path.isAbsolute ? depth : 0
        let names = path.components.dropLast()
        return (start..<max(start, names.count)).map { count in
            let text = names.prefix(count + 1).map { String(decoding: $0, as: UTF8.self) }
            return PathBytes((path.isAbsolute ? "/" : "") + text.joined(separator: "/"))
        }
    }

    /// Returns the first difference from a tree, or `nil`.
    func difference(from found: [PathBytes: TreeSnapshot.Entry]) -> String? {
        for path in Set(entries.keys).union(found.keys).sorted() {
            guard let expected = entries[path] else { return "'\(path.text)' is not expected" }
            guard let entry = found[path] else { return "'\(path.text)' is missing" }
            guard entry.kind == expected.kind, entry.content == expected.content else {
                return "'\(path.text)' has another kind or content"
            }
            guard made.contains(path) || entry.mode == expected.mode else {
                return "'\(path.text)' has mode \(entry.mode)"
            }
            guard others.contains(path) || entry.modified == expected.modified else {
                return "'\(path.text)' has time \(entry.modified)"
            }
        }
        return linkDifference(from: found)
    }

    /// Compares which names belong to one file.
    private func linkDifference(from found: [PathBytes: TreeSnapshot.Entry]) -> String? {
        for (path, entry) in found where entry.kind == .regular {
            if let first = firstNames[path], !leftOut.contains(path),
                name(path, in: found) != name(first, in: found)
            {
                return "'\(path.text)' is not '\(first.text)'"
            }
            let same = PathBytes(name(path, in: found))
            let isOne = [source, existing].contains { name(path, in: $0) == name(same, in: $0) }
            if !isOne { return "'\(path.text)' is '\(same.text)'" }
        }
        return nil
    }

    private func name(_ path: PathBytes, in tree: [PathBytes: TreeSnapshot.Entry]) -> String {
        tree[path]?.sameFileAs ?? path.text
    }
}
