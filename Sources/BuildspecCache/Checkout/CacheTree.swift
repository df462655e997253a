internal import BuildspecFiles

/// The files of a tree in the declared paths, without those of the checkout.
struct CacheTree: Sendable {
    /// The walk of the declared paths, without the checkout and the store.
    private(set) var walk: TreeWalk
    /// The rules that decide which paths belong to the checkout.
    let rules: CheckoutRules
    /// The files of the checkout in the declared paths.
    private(set) var skipped = SkippedFiles()
    /// The links that declared paths lead through.
    private(set) var links: [LinkObstacle] = []
    /// Other repositories in the declared paths with unsaved work, and what work it is.
    private(set) var unsavedWork: [PathBytes: String] = [:]

    private static let git = Array(".git".utf8)

    /// The cache's entries in path order.
    var entries: [WalkedEntry] { walk.entries }

    /// Walks the declared paths, while `checkout` finds the files of the checkout.
    ///
    /// - Throws: `CancellationError` in a cancelled task, so that no part is taken for the tree.
    init(
        _ set: PathSet,
        _ checkout: Checkout.Finder,
        _ roots: TreeRoots,
        _ settings: CacheSettings
    ) async throws {
        let request = Checkout.Request(
            names: CacheTree.names(set),
            repositories: CacheTree.repositories(around: set, roots)
        )
        async let found = checkout.checkout(request)
        // Never walked, because they can be large and never belong to the cache.
        let git = CacheTree.gitDirectories(set, roots)
        walk = await TreeWalk(
            set,
            root: roots.root,
            top: roots.fileSystemRoot,
            excluding: settings.excludedDirectories().union(git.map(\.identity)),
            width: settings.width
        )
        rules = CheckoutRules(await found, set, roots, excluded: settings.excludedPaths())
        try Task.checkCancellation()
        var cursor = CheckoutCursor(rules)
        if rules.affectsSet {
            for entry in walk.removeEntries(where: { cursor.owner(of: $0.path) != .cache })
            where entry.status.kind != .directory && !rules.isExcluded(entry.path) {
                skipped.add(entry.path, in: rules.gitDirectory(of: entry.path))
            }
        }
        if git.contains(where: { $0.isDeclared }) { skipped.add(PathBytes(".git")) }
        links = walk.obstacles(in: set, root: roots.root.path, top: roots.fileSystemRoot.path)
        let paths = Set(links.map(\.link))
        if !paths.isEmpty { _ = walk.removeEntries { paths.contains($0.path) } }
    }

    /// Finds the unsaved work of each other repository that a restore could change.
    mutating func findUnsavedWork(
        _ checkout: Checkout.Finder,
        _ set: PathSet,
        _ roots: TreeRoots
    ) async {
        for path in repositories(set, roots) {
            if unsavedWork.keys.contains(where: path.isWithin) { continue }
            if let work = await checkout.unsavedWork(CacheTree.absolutePath(path, roots).bytes) {
                unsavedWork[path] = work
            }
        }
    }

    /// The other repositories whose `.git` is in the declared paths, or that a wildcard leads into.
    private func repositories(_ set: PathSet, _ roots: TreeRoots) -> [PathBytes] {
        let bases = set.bases
        var found: Set<PathBytes> = []
        var seen: Set<PathBytes> = []
        var top: PathBytes?
        for entry in entries {
            var path = entry.path
            if path.split.name.elementsEqual(CacheTree.git) {
                found.insert(PathBytes(Array(path.split.directory)))
            }
            if let top, path.isWithin(top) { continue }
            top = path
            // Check for a '.git' in the directories above that no declared path names.
            while true {
                path = PathBytes(Array(path.split.directory))
                guard !path.bytes.isEmpty, path.bytes != [slash], seen.insert(path).inserted,
                    bases.contains(where: { $0 == path || path.isBelow($0) })
                else { break }
                let directory = CacheTree.absolutePath(path, roots)
                guard !rules.isGit(path.appending(CacheTree.git)),
                    CacheTree.gitStatus(in: directory) != nil
                else { continue }
                found.insert(path)
            }
        }
        return found.sorted()
    }

    /// The status of the `.git` in a directory; `nil` if it does not exist or cannot be read.
    private static func gitStatus(in directory: PathBytes) -> FileStatus? {
        try? DirectoryHandle.open(directory).status(git)
    }

    /// The absolute path of an entry on this machine.
    private static func absolutePath(_ path: PathBytes, _ roots: TreeRoots) -> PathBytes {
        let start = path.isAbsolute ? roots.fileSystemRoot.path : roots.root.path
        return path.components.reduce(start) { $0.appending($1) }
    }

    /// The repositories that declared paths begin in, except the root's repository.
    private static func repositories(around set: PathSet, _ roots: TreeRoots) -> [[UInt8]] {
        let root = roots.root.path
        var found: Set<PathBytes> = []
        for base in set.bases
        where !base.isAbsolute || roots.fileSystemRoot.path == PathBytes("/") {
            var directory = base.isAbsolute ? base : root.appending(base.bytes)
            while directory.bytes.count > 1 {
                directory = directory.parent
                if directory == root || root.isWithin(directory) { break }
                guard gitStatus(in: directory) != nil else { continue }
                let isBelow = directory.isWithin(root)
                found.insert(isBelow ? PathBytes(Array(directory.tail(below: root))) : directory)
                break
            }
        }
        return found.sorted().map(\.bytes)
    }

    /// The notes on the tree, one line each.
    var notes: [String] { [skipped.note, rules.sourcesNote()].compactMap(\.self) + obstacleNotes }

    /// The notes on links and repositories that a restore does not change, one line each.
    var obstacleNotes: [String] {
        links.map(\.note)
            + unsavedWork.sorted { $0.key < $1.key }.map { path, work in
                "'\(path.text)' is a git repository \(work), so it stays as it is"
            }
    }

    /// The first names of all paths that the declared paths can match; `nil` if they can match any.
    private static func names(_ set: PathSet) -> [String]? {
        guard !set.canonicalTexts.contains(where: { $0.hasPrefix("/") }) else { return nil }
        return set.firstNames?.map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    /// The `.git` directories of the root and, if absolute paths are declared, above the root.
    private static func gitDirectories(
        _ set: PathSet,
        _ roots: TreeRoots
    ) -> [(identity: FileStatus.Identity, isDeclared: Bool)] {
        var found: [(identity: FileStatus.Identity, isDeclared: Bool)] = []
        if let status = try? roots.root.status(git), status.kind == .directory {
            let isDeclared =
                set.contains(PathBytes(git), isDirectory: true)
                || set.canonicalTexts.contains { $0.hasPrefix("./.git/") }
            found.append((status.identity, isDeclared))
        }
        guard set.canonicalTexts.contains(where: { $0.hasPrefix("/") }) else { return found }
        for count in roots.root.path.components.indices {
            let names = roots.root.path.components[..<count]
            let directory = names.reduce(PathBytes("/")) { $0.appending($1) }
            guard let status = gitStatus(in: directory), status.kind == .directory else { continue }
            found.append((status.identity, false))
        }
        return found
    }
}

extension PathBytes {
    /// Whether this path is below a directory; relative paths are below the root (`""`).
    fileprivate func isBelow(_ directory: PathBytes) -> Bool {
        directory.bytes.isEmpty ? !isAbsolute : isWithin(directory)
    }
}
