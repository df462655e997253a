internal import BuildspecFiles

/// What there is of a path set in a tree, told apart: the cache's own, and what the checkout brought.
struct CacheTree: Sendable {
    /// The walk of the declared paths, without what is the checkout's and without the store.
    private(set) var walk: TreeWalk
    /// Whose every path is.
    let rules: CheckoutRules
    /// What the declared paths hold of the checkout.
    private(set) var kept = SkippedFiles()
    /// The declared paths that lead through links, and what the links lead to.
    private(set) var links: [PathBytes: PathBytes] = [:]
    /// Other repositories in the declared paths that hold somebody's work, and what work.
    private(set) var working: [PathBytes: String] = [:]

    /// The cache's entries in path order.
    var entries: [WalkedEntry] { walk.entries }

    /// Walks the declared paths.
    ///
    /// - Parameters:
    ///   - set: the declared paths.
    ///   - checkout: finds out what the checkout is, while the walk is under way.
    ///   - roots: where the paths start.
    ///   - settings: what the cache knows.
    /// - Throws: `CancellationError` when the task was cancelled, so that no part of a tree is taken for
    ///   all of it.
    init(
        _ set: PathSet,
        _ checkout: Checkout.Finder,
        _ roots: TreeRoots,
        _ settings: CacheSettings
    ) async throws {
        let question = Checkout.Question(
            names: CacheTree.names(set),
            repositories: CacheTree.repositories(around: set, roots)
        )
        async let found = checkout.checkout(question)
        // It may be large, and is never the cache's.
        let git = CacheTree.gitDirectories(set, roots)
        walk = await TreeWalk(
            set,
            root: roots.root,
            top: roots.fileSystemRoot,
            excluding: settings.excludedDirectories().union(git.map(\.identity)),
            width: settings.width
        )
        rules = CheckoutRules(await found, set, roots, closed: settings.excludedPaths())
        try Task.checkCancellation()
        var cursor = CheckoutCursor(rules)
        if rules.concernsSet {
            for entry in walk.removeEntries(where: { cursor.owner(of: $0.path) != .cache })
            where entry.status.kind != .directory && !rules.isClosed(entry.path) {
                kept.add(entry.path)
            }
        }
        if git.contains(where: { $0.isDeclared }) { kept.add(PathBytes(".git")) }
        for link in walk.links {
            if let place = CacheTree.place(of: link, roots), !set.contains(place, isDirectory: true)
            {
                links[link] = place
            }
        }
        let links = links
        if !links.isEmpty { _ = walk.removeEntries { links[$0.path] != nil } }
    }

    /// What a link leads to, as a declared path would name it; `nil` where it leads to nothing.
    private static func place(of link: PathBytes, _ roots: TreeRoots) -> PathBytes? {
        let root = roots.root.path
        // Another machine's absolute paths mean nothing here.
        guard !link.isAbsolute || roots.fileSystemRoot.path == PathBytes("/"),
            let place = try? Machine.absolute(link.isAbsolute ? link : root.appending(link.bytes))
        else { return nil }
        return place.isWithin(root) ? PathBytes(Array(place.tail(below: root))) : place
    }

    /// Asks of each other repository that a restore could change whether it holds somebody's work.
    mutating func lookForWork(
        _ checkout: Checkout.Finder,
        _ set: PathSet,
        _ roots: TreeRoots
    ) async {
        for path in repositories(set, roots) {
            if working.keys.contains(where: path.isWithin) { continue }
            if let work = await checkout.work(CacheTree.outside(path, roots).bytes) {
                working[path] = work
            }
        }
    }

    /// The other repositories that have something of the declared paths: those whose `.git` is among it,
    /// and those that a wildcard leads into.
    private func repositories(_ set: PathSet, _ roots: TreeRoots) -> [PathBytes] {
        let git = Array(".git".utf8)
        let bases = set.bases
        var found: Set<PathBytes> = []
        var seen: Set<PathBytes> = []
        var top: PathBytes?
        for entry in entries {
            var path = entry.path
            if path.split.name.elementsEqual(git) {
                found.insert(PathBytes(Array(path.split.directory)))
            }
            if let top, path.isWithin(top) { continue }
            top = path
            // Of the directories above, those that no declared path names are asked for their '.git'.
            while true {
                path = PathBytes(Array(path.split.directory))
                guard !path.bytes.isEmpty, path.bytes != [slash], seen.insert(path).inserted,
                    bases.contains(where: { $0 == path || path.isBelow($0) })
                else { break }
                let place = CacheTree.outside(path, roots)
                guard !rules.isGit(path.appending(git)),
                    let handle = try? DirectoryHandle.open(place),
                    ((try? handle.status(git)) ?? nil) != nil
                else { continue }
                found.insert(path)
            }
        }
        return found.sorted()
    }

    /// Where a path of an entry is on this machine.
    private static func outside(_ path: PathBytes, _ roots: TreeRoots) -> PathBytes {
        let top = path.isAbsolute ? roots.fileSystemRoot.path : roots.root.path
        return path.components.reduce(top) { $0.appending($1) }
    }

    /// The repositories that declared paths begin in, other than the root's own.
    private static func repositories(around set: PathSet, _ roots: TreeRoots) -> [[UInt8]] {
        let root = roots.root.path
        var found: Set<PathBytes> = []
        for base in set.bases where !base.isAbsolute || roots.fileSystemRoot.path == PathBytes("/")
        {
            var directory = base.isAbsolute ? base : root.appending(base.bytes)
            while directory.bytes.count > 1 {
                directory = directory.parent
                if directory == root || root.isWithin(directory) { break }
                guard let handle = try? DirectoryHandle.open(directory),
                    (try? handle.status(Array(".git".utf8))) != nil
                else { continue }
                let isBelow = directory.isWithin(root)
                found.insert(isBelow ? PathBytes(Array(directory.tail(below: root))) : directory)
                break
            }
        }
        return found.sorted().map(\.bytes)
    }

    /// What to say of the tree, one line each.
    var notes: [String] {
        [kept.note, rules.unlistedNote()].compactMap(\.self) + obstacleNotes
    }

    /// What to say of links and repositories that a restore leaves as they are, a line each.
    var obstacleNotes: [String] {
        linkNotes
            + working.sorted { $0.key < $1.key }.map { path, work in
                "'\(path.text)' is a git repository \(work), so it stays as it is"
            }
    }

    /// What to say of declared paths that lead through links, a line each.
    ///
    /// A cache entry can have made such a link, so to follow it is to let the entry say what is saved and
    /// where a restore writes.
    var linkNotes: [String] {
        links.sorted { $0.key < $1.key }.map { link, place in
            "'\(link.text)' is a symbolic link, and the cache follows none; write '\(place.text)' in"
                + " its place"
        }
    }

    /// The first names of all that the declared paths can lead to; `nil` for anything.
    private static func names(_ set: PathSet) -> [String]? {
        guard !set.canonicalTexts.contains(where: { $0.hasPrefix("/") }) else { return nil }
        return set.firstNames?.map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    /// The `.git` directories that need no version control to be known: the root's, and where absolute
    /// paths are declared those above it.
    private static func gitDirectories(
        _ set: PathSet,
        _ roots: TreeRoots
    ) -> [(identity: FileStatus.Identity, isDeclared: Bool)] {
        let git = Array(".git".utf8)
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
            guard let status = try? DirectoryHandle.open(directory).status(git),
                status.kind == .directory
            else { continue }
            found.append((status.identity, false))
        }
        return found
    }
}

/// What of some declared paths comes from the checkout, for a line that says so.
struct SkippedFiles: Sendable {
    /// The first `.git` among it.
    private(set) var git: PathBytes?
    /// The files and links that version control keeps.
    private(set) var paths: Set<PathBytes> = []

    /// Adds a path that is the checkout's.
    mutating func add(_ path: PathBytes) {
        let names = path.components
        guard let end = names.firstIndex(where: { $0.elementsEqual(".git".utf8) }) else {
            paths.insert(path)
            return
        }
        let start = path.isAbsolute ? [slash] : []
        let found = PathBytes(start + names[...end].joined(separator: [slash]))
        git = git.map { min($0, found) } ?? found
    }

    /// Adds what is known from elsewhere.
    mutating func add(_ other: SkippedFiles) {
        git = [git, other.git].compactMap(\.self).min()
        paths.formUnion(other.paths)
    }

    /// What to say of it, if there is anything.
    var note: String? {
        let gitName = git.map { "'\($0.text)'" }
        guard let first = paths.min() else {
            return gitName.map { "\($0) lies in the cached paths; the cache leaves it out" }
        }
        let files = "\(paths.count) \(paths.count == 1 ? "file" : "files") that git tracks"
        let all = [gitName, files].compactMap(\.self).joined(separator: " and ")
        let isOne = gitName == nil && paths.count == 1
        return all + (isOne ? " lies" : " lie") + " in the cached paths; the cache leaves"
            + (isOne ? " it out: " : " them out, the first is ") + "'\(first.text)'"
    }
}

extension CheckoutRules {
    /// What to say of files that may be sources.
    ///
    /// - Parameters:
    ///   - count: how many files a restore left alone for that.
    ///   - first: the first of them.
    /// - Returns: the line; `nil` where everything can be told and nothing was left alone.
    func unlistedNote(_ count: Int = 0, first: PathBytes? = nil) -> String? {
        let stay = "\(count) \(count == 1 ? "file stays" : "files stay")"
        let left = first.map { "; \(stay), the first is '\($0.text)'" }
        if let reason {
            return "the sources cannot be told apart, so a restore replaces no file that is there: "
                + reason + (left ?? "")
        }
        return left.map {
            "a restore replaces no file that git neither tracks nor ignores\($0); name it in"
                + " '.gitignore' if the build makes it"
        }
    }
}

extension PathBytes {
    /// Whether this path lies below a directory, which the root (`""`) is of relative paths.
    fileprivate func isBelow(_ directory: PathBytes) -> Bool {
        directory.bytes.isEmpty ? !isAbsolute : isWithin(directory)
    }
}
