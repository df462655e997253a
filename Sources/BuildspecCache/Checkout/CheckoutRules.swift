internal import BuildspecFiles

/// The rules that decide, quickly and for many paths, which paths belong to the checkout.
struct CheckoutRules: Sendable {
    /// The owner of a path.
    enum Owner {
        /// The path and all paths below it belong to the cache.
        case cache
        /// A directory of the checkout, in which the cache can have files too.
        case both
        /// The path and all paths below it belong to the checkout.
        case checkout
    }

    /// The paths that belong to the checkout with all below them: tracked files, and each `.git`.
    fileprivate var owned: Set<PathBytes> = []
    /// The directories above the owned paths.
    fileprivate var parents: Set<PathBytes> = []
    /// The paths that this program writes, which are treated like owned ones.
    private var excluded: Set<PathBytes> = []
    /// The root as absolute paths name it; `nil` if they cannot reach it.
    fileprivate let root: PathBytes?
    /// The directories that git uses instead of a `.git`.
    private var gitDirectories: [PathBytes] = []
    private var unlisted: [(path: PathBytes, reason: String)] = []
    /// Files that git neither tracks nor ignores, in declared directories with tracked files.
    private var untracked: Set<PathBytes> = []
    /// Whether the declared paths can match a path of the checkout; usually they cannot.
    private(set) var affectsSet = true

    /// Creates the rules without files that the declared paths cannot match; `excluded` are the
    /// paths that this program writes, with links resolved.
    init(_ checkout: Checkout, _ set: PathSet, _ roots: TreeRoots, excluded: [PathBytes] = []) {
        root = roots.absoluteRoot
        let takesAbsolute = set.canonicalTexts.contains { $0.hasPrefix("/") }
        // Absolute paths can lead to the root from above.
        let firstNames = takesAbsolute ? nil : set.firstNames
        for path in checkout.files.split(separator: 0) {
            let isAbove = path.starts(with: "../".utf8)
            if isAbove
                ? takesAbsolute : firstNames?.contains(Array(path.prefix { $0 != slash })) ?? true
            {
                add(entryPath(path, roots))
            }
        }
        for path in [[]] + checkout.repositories { add(entryPath(path[...], roots).git) }
        gitDirectories = checkout.excluded.map { entryPath($0[...], roots) }
        for path in gitDirectories { add(path) }
        if takesAbsolute {
            if let root { parents.insert(root) }
            var directory = root?.above
            while let next = directory {
                add(next.git)
                directory = next.above
            }
        }
        let bases = set.bases.map(relative).filter(parents.contains)
        exclude(excluded, roots)
        affectsSet =
            !checkout.unlisted.isEmpty
            || firstNames?.map { PathBytes(Array($0)) }
                .contains { owned.contains($0) || parents.contains($0) } ?? true
        unlisted = checkout.unlisted.map { (entryPath($0.path[...], roots), $0.reason) }
        guard affectsSet, !bases.isEmpty else { return }
        for path in checkout.untracked.split(separator: 0) {
            let path = entryPath(path, roots)
            if bases.contains(where: { $0.bytes.isEmpty || path.isWithin($0) }) {
                untracked.insert(path)
            }
        }
    }

    /// Turns a path into the form of entries: relative below the root, else absolute.
    private func entryPath(_ bytes: ArraySlice<UInt8>, _ roots: TreeRoots) -> PathBytes {
        var path = PathBytes(Array(bytes))
        if path.bytes.starts(with: "../".utf8) {
            let names = path.components
            let ups = names.prefix { $0.elementsEqual("..".utf8) }.count
            let above = roots.root.path.components.dropLast(ups)
            path = (above + names.dropFirst(ups)).reduce(PathBytes("/")) { $0.appending($1) }
        }
        return path.isAbsolute && path.isWithin(roots.root.path)
            ? PathBytes(Array(path.tail(below: roots.root.path))) : path
    }

    /// Excludes paths of this program; with another file system root they mean other files.
    private mutating func exclude(_ paths: [PathBytes], _ roots: TreeRoots) {
        for path in paths
        where roots.fileSystemRoot.path == PathBytes("/") || path.isWithin(roots.root.path) {
            let path = entryPath(path.bytes[...], roots)
            excluded.insert(path)
            add(path)
        }
    }

    /// The directory of git, not named `.git`, that has a path.
    func gitDirectory(of path: PathBytes) -> PathBytes? {
        let path = relative(path)
        return gitDirectories.first { path == $0 || path.isWithin($0) }
    }

    /// Whether this program writes a path, which is never a source.
    func isExcluded(_ path: PathBytes) -> Bool {
        guard !excluded.isEmpty else { return false }
        let path = relative(path)
        return excluded.contains { path == $0 || path.isWithin($0) }
    }

    /// Adds a path that belongs to the checkout.
    private mutating func add(_ path: PathBytes) {
        owned.insert(path)
        var directory = path.above
        while let next = directory, parents.insert(next).inserted { directory = next.above }
    }

    /// Whether a path is a `.git` of the checkout.
    func isGit(_ path: PathBytes) -> Bool { owned.contains(relative(path)) }

    /// The note on `count` files that can be sources, which a restore did not replace; `nil` if the
    /// sources are known and there are no such files.
    func sourcesNote(_ count: Int = 0, first: PathBytes? = nil) -> String? {
        let stay = "\(count) \(count == 1 ? "file stays" : "files stay")"
        let left = first.map { "; \(stay), the first is '\($0.text)'" }
        if let unlistedReason = unlisted.first?.reason {
            return "the source files are unknown, so a restore replaces no existing file: "
                + unlistedReason + (left ?? "")
        }
        return left.map {
            "a restore replaces no file that git neither tracks nor ignores\($0); name it in"
                + " '.gitignore' if the build makes it"
        }
    }

    /// Whether a path that can belong to the cache can also be a source, which is never replaced.
    func mayBeSource(_ path: PathBytes) -> Bool {
        guard !unlisted.isEmpty || !untracked.isEmpty else { return false }
        let path = relative(path)
        if untracked.contains(path) { return true }
        return unlisted.contains { directory, _ in
            path.isWithin(directory)
                || !path.isAbsolute && (directory.bytes.isEmpty || hasRoot(directory))
        }
    }

    private func hasRoot(_ directory: PathBytes) -> Bool {
        root.map { $0 == directory || $0.isWithin(directory) } ?? false
    }

    /// Makes a path relative if it is below the root.
    fileprivate func relative(_ path: PathBytes) -> PathBytes {
        guard path.isAbsolute, let root, path.isWithin(root) else { return path }
        return PathBytes(Array(path.tail(below: root)))
    }
}

/// A cursor that applies the rules to one path after the other, most of them in the same directory.
struct CheckoutCursor {
    private let rules: CheckoutRules
    private var directory: [UInt8] = []
    private var owner = CheckoutRules.Owner.both

    init(_ rules: CheckoutRules) { self.rules = rules }

    /// The owner of a path.
    mutating func owner(of path: PathBytes) -> CheckoutRules.Owner {
        let path = rules.relative(path)
        let above = path.split.directory
        if !above.elementsEqual(directory) {
            directory = Array(above)
            owner = owner(ofDirectory: directory)
        }
        return owner == .both ? owner(ofName: path) : owner
    }

    /// The owner of a directory; one that is not above an owned path has no file of the checkout.
    private func owner(ofDirectory path: [UInt8]) -> CheckoutRules.Owner {
        for end in path.indices where path[end] == slash && end > 0 {
            let owner = owner(ofName: PathBytes(Array(path[..<end])))
            if owner != .both { return owner }
        }
        return path.isEmpty ? .both : owner(ofName: PathBytes(path))
    }

    private func owner(ofName path: PathBytes) -> CheckoutRules.Owner {
        if rules.owned.contains(path) { return .checkout }
        return rules.parents.contains(path) ? .both : .cache
    }
}

extension PathBytes {
    /// The `.git` in this directory.
    fileprivate var git: PathBytes { appending(".git".utf8) }

    /// The directory above; `nil` for the root (`""`) and `/`.
    fileprivate var above: PathBytes? {
        bytes.isEmpty || bytes == [slash] ? nil : PathBytes(Array(split.directory))
    }
}

extension TreeRoots {
    /// The root as absolute paths name it; `nil` if they cannot reach it.
    fileprivate var absoluteRoot: PathBytes? {
        if fileSystemRoot.path == PathBytes("/") { return root.path }
        guard root.path.isWithin(fileSystemRoot.path) else { return nil }
        return PathBytes([slash] + root.path.tail(below: fileSystemRoot.path))
    }
}
