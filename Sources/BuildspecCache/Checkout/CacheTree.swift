internal import BuildspecFiles

/// What there is of a path set in a tree, told apart: the cache's own, and what the checkout brought.
struct CacheTree: Sendable {
    /// The walk of the declared paths, without what is the checkout's and without the store.
    private(set) var walk: TreeWalk
    /// Whose every path is.
    let rules: CheckoutRules
    /// What the declared paths hold of the checkout.
    private(set) var kept = KeptFiles()
    /// The declared paths that lead through links, and what the links lead to.
    private(set) var links: [PathBytes: PathBytes] = [:]

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
        _ checkout: @escaping Checkout.Finder,
        _ roots: TreeRoots,
        _ settings: CacheSettings
    ) async throws {
        async let found = checkout(CacheTree.names(set))
        // It may be large, and is never the cache's.
        let git = CacheTree.gitDirectories(set, roots)
        walk = await TreeWalk(
            set,
            root: roots.root,
            top: roots.top,
            excluding: settings.closedDirectories().union(git.map(\.identity)),
            width: settings.width
        )
        rules = CheckoutRules(await found, set, roots, closed: settings.closedPlaces())
        try Task.checkCancellation()
        var cursor = CheckoutCursor(rules)
        if rules.concernsSet {
            for entry in walk.takeOut({ cursor.owner(of: $0.path) != .cache })
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
        if !links.isEmpty { _ = walk.takeOut { links[$0.path] != nil } }
    }

    /// What a link leads to, as a declared path would name it; `nil` where it leads to nothing.
    private static func place(of link: PathBytes, _ roots: TreeRoots) -> PathBytes? {
        let root = roots.root.path
        // Another machine's absolute paths mean nothing here.
        guard !link.isAbsolute || roots.top.path == PathBytes("/"),
            let place = try? Machine.absolute(link.isAbsolute ? link : root.appending(link.bytes))
        else { return nil }
        return place.isWithin(root) ? PathBytes(Array(place.tail(below: root))) : place
    }

    /// What to say of the tree, one line each.
    var notes: [String] {
        [kept.note, rules.unlistedNote()].compactMap(\.self) + linkNotes
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
struct KeptFiles: Sendable {
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
    mutating func add(_ other: KeptFiles) {
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
    /// What to say where nobody can tell which files are sources.
    ///
    /// - Parameters:
    ///   - count: how many files a restore left alone for that.
    ///   - first: the first of them.
    /// - Returns: the line; `nil` where everything can be told.
    func unlistedNote(_ count: Int = 0, first: PathBytes? = nil) -> String? {
        guard let reason else { return nil }
        var note =
            "the sources cannot be told apart, so a restore replaces no file that is there: "
            + reason
        if let first {
            note +=
                "; \(count) \(count == 1 ? "file stays" : "files stay"), the first is"
                + " '\(first.text)'"
        }
        return note
    }
}
