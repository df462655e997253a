internal import BuildspecFiles

/// The checkout's part of some declared paths, in a form in which many paths are asked for quickly.
struct CheckoutRules: Sendable {
    /// Whose a path is.
    enum Owner {
        /// The cache's, as is all that lies below it.
        case cache
        /// A directory of the checkout in which the cache may have something as well.
        case both
        /// The checkout's, with all that lies below it.
        case checkout
    }

    /// What is the checkout's with all that lies below it: tracked files, and each `.git`.
    fileprivate var kept: Set<PathBytes> = []
    /// The directories above.
    fileprivate var passages: Set<PathBytes> = []
    /// What the program itself writes, which is kept like the checkout's.
    private var closed: Set<PathBytes> = []
    /// The root as absolute paths name it; `nil` when they lead elsewhere.
    fileprivate let root: PathBytes?
    private var unlisted: [(path: PathBytes, reason: String)] = []
    /// What version control neither keeps nor ignores, below declared paths that hold tracked files.
    private var untracked: Set<PathBytes> = []
    /// Whether the declared paths can have anything of the checkout at all; most often they cannot.
    private(set) var concernsSet = true

    /// Works them out.
    ///
    /// - Parameters:
    ///   - checkout: what is known of the checkout.
    ///   - set: the declared paths; what they cannot lead to is passed over.
    ///   - roots: where paths start.
    ///   - closed: what the program itself writes, links resolved.
    init(
        _ checkout: Checkout,
        _ set: PathSet,
        _ roots: TreeRoots,
        closed: [PathBytes] = []
    ) {
        root = roots.rootFromTop
        let takesAbsolute = set.canonicalTexts.contains { $0.hasPrefix("/") }
        // Absolute paths may lead to the root from above.
        let firstNames = takesAbsolute ? nil : set.firstNames
        for path in checkout.files.split(separator: 0) {
            let isAbove = path.starts(with: "../".utf8)
            if isAbove
                ? takesAbsolute : firstNames?.contains(Array(path.prefix { $0 != slash })) ?? true
            {
                keep(settled(path, roots))
            }
        }
        for path in [[]] + checkout.repositories { keep(settled(path[...], roots).git) }
        for path in checkout.closed { keep(settled(path[...], roots)) }
        if takesAbsolute {
            if let root { passages.insert(root) }
            var directory = root?.above
            while let next = directory {
                keep(next.git)
                directory = next.above
            }
        }
        let bases = set.bases.map(relative).filter(passages.contains)
        close(closed, roots)
        concernsSet =
            !checkout.unlisted.isEmpty
            || firstNames?.map { PathBytes(Array($0)) }
                .contains { kept.contains($0) || passages.contains($0) } ?? true
        unlisted = checkout.unlisted.map { (settled($0.path[...], roots), $0.reason) }
        guard concernsSet, !bases.isEmpty else { return }
        for path in checkout.untracked.split(separator: 0) {
            let path = settled(path, roots)
            if bases.contains(where: { $0.bytes.isEmpty || path.isWithin($0) }) {
                untracked.insert(path)
            }
        }
    }

    /// A path as entries have it: relative below the root, else absolute.
    private func settled(_ bytes: ArraySlice<UInt8>, _ roots: TreeRoots) -> PathBytes {
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

    /// Keeps what the program writes; below another `/` such places are something else.
    private mutating func close(_ places: [PathBytes], _ roots: TreeRoots) {
        for place in places
        where roots.fileSystemRoot.path == PathBytes("/") || place.isWithin(roots.root.path) {
            let path = settled(place.bytes[...], roots)
            closed.insert(path)
            keep(path)
        }
    }

    /// Whether a path is the program's own and so nobody's source.
    func isClosed(_ path: PathBytes) -> Bool {
        guard !closed.isEmpty else { return false }
        let path = relative(path)
        return closed.contains { path == $0 || path.isWithin($0) }
    }

    private mutating func keep(_ path: PathBytes) {
        kept.insert(path)
        var directory = path.above
        while let next = directory, passages.insert(next).inserted { directory = next.above }
    }

    /// Whether a path is a `.git` of the sources' own.
    func isGit(_ path: PathBytes) -> Bool { kept.contains(relative(path)) }

    /// Why nobody can tell which files are sources; `nil` where everybody can.
    var reason: String? { unlisted.first?.reason }

    /// Whether a path that may be the cache's may be a source as well, so that it is not replaced.
    func mayBeSource(_ path: PathBytes) -> Bool {
        guard !unlisted.isEmpty || !untracked.isEmpty else { return false }
        let path = relative(path)
        if untracked.contains(path) { return true }
        return unlisted.contains { directory, _ in
            path.isWithin(directory)
                || !path.isAbsolute && (directory.bytes.isEmpty || holdsRoot(directory))
        }
    }

    private func holdsRoot(_ directory: PathBytes) -> Bool {
        root.map { $0 == directory || $0.isWithin(directory) } ?? false
    }

    /// The same path, relative if it lies below the root.
    fileprivate func relative(_ path: PathBytes) -> PathBytes {
        guard path.isAbsolute, let root, path.isWithin(root) else { return path }
        return PathBytes(Array(path.tail(below: root)))
    }
}

/// Asks the rules for one path after the other; most lie in the same directory as the one before.
struct CheckoutCursor {
    private let rules: CheckoutRules
    private var directory: [UInt8] = []
    private var owner = CheckoutRules.Owner.both

    init(_ rules: CheckoutRules) {
        self.rules = rules
    }

    /// Whose a path is.
    mutating func owner(of path: PathBytes) -> CheckoutRules.Owner {
        let path = rules.relative(path)
        let above = path.split.directory
        if !above.elementsEqual(directory) {
            directory = Array(above)
            owner = owner(ofDirectory: directory)
        }
        guard owner == .both else { return owner }
        if rules.kept.contains(path) { return .checkout }
        return rules.passages.contains(path) ? .both : .cache
    }

    /// A directory that is no passage has nothing of the checkout's in it, however deep.
    private func owner(ofDirectory path: [UInt8]) -> CheckoutRules.Owner {
        for end in path.indices where path[end] == slash && end > 0 {
            let owner = owner(ofName: PathBytes(Array(path[..<end])))
            if owner != .both { return owner }
        }
        return path.isEmpty ? .both : owner(ofName: PathBytes(path))
    }

    private func owner(ofName path: PathBytes) -> CheckoutRules.Owner {
        if rules.kept.contains(path) { return .checkout }
        return rules.passages.contains(path) ? .both : .cache
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
    /// The root by the name that absolute paths have for it; `nil` when they cannot reach it.
    fileprivate var rootFromTop: PathBytes? {
        if fileSystemRoot.path == PathBytes("/") { return root.path }
        guard root.path.isWithin(fileSystemRoot.path) else { return nil }
        return PathBytes([slash] + root.path.tail(below: fileSystemRoot.path))
    }
}
