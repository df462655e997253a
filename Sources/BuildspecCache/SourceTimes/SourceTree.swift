internal import BuildspecFiles

/// The source files of a tree: a build tool decides by their times what it must build again.
public struct SourceFiles: Sendable, Equatable {
    /// The paths relative to the root; `nil` is every file.
    let listed: Set<PathBytes>?

    /// Every file of the root except the cached files and `.git`; for trees without git.
    public static let everything = SourceFiles(listed: nil)

    private init(listed: Set<PathBytes>?) {
        self.listed = listed
    }

    /// Creates the files of a list, as `git ls-files -z` prints it.
    ///
    /// - Parameter list: Paths relative to the root, each of which ends with a zero byte.
    public init(nullSeparated list: [UInt8]) {
        listed = Set(list.split(separator: 0).map { PathBytes(Array($0)) })
    }
}

/// The source files below a root, and all other files.
struct SourceTree: Sendable {
    /// The regular files and links that are sources, in path order.
    private(set) var sources: [WalkedEntry] = []
    /// All other regular files except those of `.git`, with the cached files and absolute paths.
    private(set) var others: [WalkedEntry] = []
    /// Whether the sources come from a list.
    let isListed: Bool

    /// Walks a tree; cached paths are never sources, unless the checkout has them.
    init(
        _ set: PathSet,
        _ files: SourceFiles,
        _ checkout: CheckoutRules,
        _ roots: TreeRoots,
        _ settings: CacheSettings
    ) async {
        isListed = files.listed != nil
        var excluded = settings.excludedDirectories()
        if let git = try? roots.root.status(SourceTree.git) { excluded.insert(git.identity) }
        let outside = set.canonicalTexts.filter { $0.hasPrefix("/") }
        let walk = await TreeWalk(
            PathSet(["**/*"] + outside, root: roots.root.path),
            root: roots.root,
            top: roots.fileSystemRoot,
            excluding: excluded,
            width: settings.width
        )
        var cached = CachedPaths(set)
        var checkedOut = CheckoutCursor(checkout)
        for entry in walk.entries {
            guard entry.status.kind == .regular || entry.status.kind == .link,
                !SourceTree.isOfGit(entry.path)
            else { continue }
            let isSource =
                !entry.path.isAbsolute && files.listed?.contains(entry.path) ?? true
                && (!cached.contains(entry.path) || checkedOut.owner(of: entry.path) == .checkout)
            if isSource {
                sources.append(entry)
            } else if entry.status.kind == .regular {
                others.append(entry)
            }
        }
    }

    private static let git = Array(".git".utf8)

    /// Whether a path leads through a `.git`, such as that of a nested checkout.
    private static func isOfGit(_ path: PathBytes) -> Bool {
        guard path.bytes.contains(git[0]) else { return false }
        return path.components.contains { $0.elementsEqual(git) }
    }
}

/// A test whether paths belong to a path set, which the first name decides for most paths.
private struct CachedPaths {
    private let set: PathSet
    /// The first names of all patterns; `nil` if one has a wildcard there.
    private let firstNames: Set<[UInt8]>?
    /// A directory that is known to be in the set.
    private var known: PathBytes?

    init(_ set: PathSet) {
        self.set = set
        firstNames = set.firstNames
    }

    mutating func contains(_ path: PathBytes) -> Bool {
        if let known, path.isWithin(known) { return true }
        if let firstNames, !firstNames.contains(Array(path.bytes.prefix { $0 != slash })) {
            return false
        }
        guard set.contains(path, isDirectory: false) else { return false }
        let directory = PathBytes(Array(path.split.directory))
        if !directory.bytes.isEmpty, set.contains(directory, isDirectory: true) {
            known = directory
        }
        return true
    }
}
