internal import BuildspecFiles

/// What a restore has to do to a tree: worked out first, then staged, then put in place.
///
/// Nothing is changed in the tree before every byte has arrived and is verified: new files and
/// whole new directories are written under temporary names beside their places and renamed at the
/// end.
struct RestorePlan: Sendable {
    private(set) var placements: [PlannedRename] = []
    /// New directories, those above first.
    private(set) var directories: [NewDirectory] = []
    private(set) var links: [NewLink] = []
    private(set) var hardLinks: [HardLink] = []
    private(set) var finishes: [Finish] = []
    private(set) var targets: [PackExtractor.Target] = []
    /// What to write from each pack, by the pack's index.
    private(set) var writes: [Int: [PackExtractor.Write]] = [:]
    /// Directories to make writable while the restore works in them.
    private(set) var unlocks: [PathBytes] = []
    private(set) var filesUnchanged = 0
    /// How many files are left out, and how many bytes they have.
    private(set) var leftOut: (files: Int, bytes: UInt64) = (0, 0)
    /// How many bytes the new files have.
    private(set) var newBytes: UInt64 = 0
    private(set) var notes: [String] = []
    /// What the entry has of the checkout, which is left alone.
    private(set) var kept = SkippedFiles()
    /// How many files stay because nobody can tell whether they are sources, and the first of them.
    private(set) var undecided: (count: Int, first: PathBytes?) = (0, nil)
    /// What is known of the files that are left alone, by the place of their entries.
    private(set) var stamps: [InodeStamp?]

    private let existing: [WalkedEntry]
    let rules: CheckoutRules
    private var checkout: CheckoutCursor
    /// Links that stand where paths were declared, and repositories with somebody's work: they stay.
    private let obstacles: Set<PathBytes>
    /// Links that declared paths spell: no directory takes their place.
    private let spelledLinks: [PathBytes]
    private var next = 0
    let roots: TreeRoots
    let verify: Bool
    private let known: [InodeStamp?]
    private var cursor: TreeCursor
    /// The new directories that the entries at hand lie in, the outermost first: their places, and their
    /// paths once they have their names.
    private var open: [(place: Int, path: PathBytes)] = []
    /// A directory that could not be used; what lies in it is left out without a further note.
    private var blocked: PathBytes?
    /// A directory that is known to be in the path set.
    private var declared: PathBytes?
    /// The identities of unchanged files that have several names.
    private var linked: [PathBytes: FileStatus.Identity] = [:]

    /// Works it out.
    ///
    /// - Parameters:
    ///   - manifest: what should be there.
    ///   - set: the declared paths; nothing else is touched.
    ///   - tree: what is there, and what of it comes from the checkout, which is neither replaced nor
    ///     brought back.
    ///   - roots: where the paths start.
    ///   - verify: whether files that look unchanged are read to verify it.
    ///   - known: what files look like that this machine knows to be what the manifest says, by the
    ///     places of their entries.
    /// - Throws: when a file that has to be looked at cannot be.
    init(
        _ manifest: Manifest,
        _ set: PathSet,
        _ tree: CacheTree,
        _ roots: TreeRoots,
        verify: Bool,
        known: [InodeStamp?] = []
    ) throws(FileError) {
        rules = tree.rules
        obstacles = Set(tree.links.keys).union(tree.working.keys)
        spelledLinks = tree.walk.links
        checkout = CheckoutCursor(rules)
        cursor = TreeCursor(roots)
        existing = tree.entries
        self.roots = roots
        self.verify = verify
        self.known = known
        stamps = Array(repeating: nil, count: manifest.entries.count)
        // Not copied, as a loop over the array would do.
        let entries = manifest.entries.span
        for place in entries.indices { try plan(entries[place], place, set) }
        leaveDirectories()
    }

    private mutating func plan(
        _ entry: borrowing Manifest.Entry,
        _ place: Int,
        _ set: PathSet
    ) throws(FileError) {
        guard isDeclared(entry.path, isDirectory: entry.kind == .directory, set) else {
            return leaveOut(entry, "it is not within the declared paths")
        }
        // Else the file, which the cache has nothing to do with, would be in the next save.
        if case .hardLink(let first) = entry.kind, !isDeclared(first, isDirectory: false, set) {
            return leaveOut(entry, "its file is not within the declared paths")
        }
        if let blocked, entry.path.isWithin(blocked) { return countLeftOut(entry.kind) }
        guard isCache(entry) else { return }
        if let new = open.first, entry.path.isWithin(new.path) { return addFresh(entry, place) }
        // Nearly always the next one there is the next one here.
        while next < existing.count, existing[next].path != entry.path {
            guard existing[next].path < entry.path else { return try addMissing(entry, place) }
            next += 1
        }
        if next < existing.count {
            return try compare(entry, place, with: existing[next].status)
        }
        try addMissing(entry, place)
    }

    private mutating func isDeclared(
        _ path: PathBytes,
        isDirectory: Bool,
        _ set: PathSet
    ) -> Bool {
        if let declared, path.isWithin(declared) { return true }
        guard set.contains(path, isDirectory: isDirectory) else { return false }
        declared = path
        return true
    }

    /// Whether an entry is the cache's to place, and counts it if it is not.
    private mutating func isCache(_ entry: borrowing Manifest.Entry) -> Bool {
        guard rules.concernsSet else { return !isBehindObstacle(entry) }
        if case .hardLink(let first) = entry.kind, checkout.owner(of: first) == .checkout {
            leaveOut(entry, "its file comes from the checkout")
            return false
        }
        switch checkout.owner(of: entry.path) {
        case .cache: return !isBehindObstacle(entry)
        // It has the mode and time that the checkout or the user gave it.
        case .both where entry.kind == .directory: return false
        case .both, .checkout:
            blocked = entry.path
            countLeftOut(entry.kind)
            if !rules.isClosed(entry.path) { kept.add(entry.path) }
            return false
        }
    }

    /// Leaves out an entry that an obstacle stands in the way of; the tree's notes say so.
    private mutating func isBehindObstacle(_ entry: borrowing Manifest.Entry) -> Bool {
        guard !obstacles.isEmpty else { return false }
        let path = entry.path
        guard let obstacle = obstacles.first(where: { path == $0 || path.isWithin($0) }) else {
            return false
        }
        blocked = obstacle
        countLeftOut(entry.kind)
        return true
    }

    private mutating func leaveOut(_ entry: borrowing Manifest.Entry, _ reason: String) {
        blocked = entry.path
        countLeftOut(entry.kind)
        notes.append("'\(entry.path.text)' was left out: \(reason)")
    }

    private mutating func countLeftOut(_ kind: Manifest.Kind) {
        switch kind {
        case .directory, .link: break
        case .hardLink: leftOut.files += 1
        case .file(let size, _):
            leftOut.files += 1
            leftOut.bytes = leftOut.bytes.plus(size)
        }
    }
}

// MARK: Against what is there

extension RestorePlan {
    /// Decides by what is there already.
    private mutating func compare(
        _ entry: borrowing Manifest.Entry,
        _ place: Int,
        with status: FileStatus
    ) throws(FileError) {
        switch (entry.kind, status.kind) {
        case (.directory, .directory):
            if status.mode & 0o300 != 0o300 { unlocks.append(entry.path) }
            let isClean = status.mode == entry.mode && status.modified == entry.modified
            if isClean || !rules.mayBeSource(entry.path) {
                finish(entry, mode: entry.mode, isClean: isClean)
            }
        case (_, .directory):
            if next + 1 < existing.count, existing[next + 1].path.isWithin(entry.path) {
                leaveOut(entry, "a directory with files in it stands in its place")
            } else {
                replace(entry, place, removesFirst: true)
            }
        case (.file, .regular):
            if try isUnchanged(entry, status) {
                filesUnchanged += 1
                let stamp = InodeStamp(status)
                // Who has a file of the same size and time has not always the same content.
                if verify || place < known.count && known[place] == stamp { stamps[place] = stamp }
                if status.linkCount > 1 { linked[entry.path] = status.identity }
            } else {
                replace(entry, place, removesFirst: false)
            }
        case (.hardLink(let first), .regular) where linked[first] == status.identity:
            filesUnchanged += 1
        case (.link(let target), .link) where existing[next].linkTarget == target:
            let isClean = status.modified == entry.modified
            if !isClean { finish(entry, mode: nil, isClean: false) }
        case (.directory, .link) where spelledLinks.contains(entry.path):
            leaveOut(entry, "a symbolic link stands in its place")
        default:
            replace(entry, place, removesFirst: entry.kind == .directory)
        }
    }

    /// Stages what takes the place of something else, unless that may be somebody's source.
    private mutating func replace(_ entry: Manifest.Entry, _ place: Int, removesFirst: Bool) {
        guard rules.mayBeSource(entry.path) else {
            return stage(entry, place, removesFirst: removesFirst)
        }
        blocked = entry.path
        countLeftOut(entry.kind)
        undecided.count += 1
        if undecided.first == nil { undecided.first = entry.path }
    }

    private mutating func finish(_ entry: Manifest.Entry, mode: UInt32?, isClean: Bool) {
        finishes.append(
            Finish(path: entry.path, mode: mode, modified: entry.modified, isClean: isClean)
        )
    }

    /// Adds an entry of whose path there is nothing, perhaps not even the directory.
    private mutating func addMissing(
        _ entry: Manifest.Entry,
        _ place: Int
    ) throws(FileError) {
        do throws(FileError) {
            _ = try cursor.parent(of: entry.path)
            stage(entry, place, removesFirst: false)
        } catch {
            switch error.code {
            case .notFound: try addBelowMissingDirectory(entry, place)
            case .isLink, .notDirectory:
                leaveOut(entry, "a link or file stands where a directory must be")
            case .permissionDenied: leaveOut(entry, "permission denied")
            default: throw error
            }
        }
    }
}

// MARK: New things under temporary names

extension RestorePlan {
    /// Places an entry into an existing directory, under a temporary name at first.
    private mutating func stage(_ entry: Manifest.Entry, _ place: Int, removesFirst: Bool) {
        if case .hardLink(let first) = entry.kind {
            hardLinks.append(HardLink(path: entry.path, first: first))
            return
        }
        let (above, name) = entry.path.split
        let directory = PathBytes(Array(above))
        let temporary = stage(directory, Array(name), removesFirst: removesFirst)
        add(entry, place, in: directory, temporary[...], isPlacedItself: true)
    }

    /// - Returns: the temporary name.
    private mutating func stage(
        _ directory: PathBytes,
        _ name: [UInt8],
        removesFirst: Bool
    ) -> [UInt8] {
        leaveDirectories()
        let temporary = TemporaryName.next()
        placements.append(
            PlannedRename(
                directory: directory,
                temporary: temporary,
                name: name,
                removesFirst: removesFirst
            )
        )
        return temporary
    }

    /// Makes the directories above an entry that are missing; they are no entries themselves.
    private mutating func addBelowMissingDirectory(
        _ entry: Manifest.Entry,
        _ place: Int
    ) throws(FileError) {
        var path = PathBytes(entry.path.isAbsolute ? "/" : "")
        for name in entry.path.components.dropLast() {
            let next = path.appending(name)
            var probe = TreeCursor(roots)
            let (directory, _) = try probe.parent(of: next)
            if try directory.status(name) == nil {
                let temporary = stage(path, Array(name), removesFirst: false)
                makeDirectory(path.appending(temporary), next)
                return addFresh(entry, place)
            }
            path = next
        }
        // Somebody has made them meanwhile.
        stage(entry, place, removesFirst: false)
    }

    /// Adds an entry of a new directory, after the directories above it that are no entries.
    private mutating func addFresh(_ entry: Manifest.Entry, _ place: Int) {
        while let last = open.last, !entry.path.isWithin(last.path) { leaveDirectory() }
        // Most entries lie in the directory that is open.
        let (directory, name) = entry.path.split
        while let last = open.last, last.path.bytes.count < directory.count {
            let below = directory[(last.path.bytes.count + 1)...].prefix { $0 != slash }
            let staged = directories[last.place].path.appending(below)
            makeDirectory(staged, last.path.appending(below))
        }
        guard let last = open.last else { return }
        add(entry, place, in: directories[last.place].path, name, isPlacedItself: false)
    }

    /// Adds a directory, in which the next entries lie.
    ///
    /// - Parameters:
    ///   - staged: its temporary path.
    ///   - path: its path once it has its name.
    private mutating func makeDirectory(_ staged: PathBytes, _ path: PathBytes) {
        open.append((directories.count, path))
        directories.append(NewDirectory(path: staged))
    }

    private mutating func leaveDirectories() {
        while !open.isEmpty { leaveDirectory() }
    }

    private mutating func leaveDirectory() {
        let place = open.removeLast().place
        guard directories[place].isFilled, let above = open.last?.place else { return }
        directories[above].isFilled = true
    }

    /// Adds an entry that does not exist yet, with the directory and name that it has at first.
    private mutating func add(
        _ entry: Manifest.Entry,
        _ place: Int,
        in directory: PathBytes,
        _ name: ArraySlice<UInt8>,
        isPlacedItself: Bool
    ) {
        switch entry.kind {
        case .directory:
            makeDirectory(directory.appending(name), entry.path)
            finish(entry, mode: entry.mode, isClean: false)
        case .link(let target):
            let staged = directory.appending(name)
            links.append(NewLink(path: staged, target: target, modified: entry.modified))
        case .hardLink(let first):
            hardLinks.append(HardLink(path: entry.path, first: first))
        case .file(_, let blobs):
            if let last = open.last { directories[last.place].isFilled = true }
            var fileOffset: UInt64 = 0
            for blob in blobs {
                let write = PackExtractor.Write(
                    offset: blob.offset,
                    size: blob.size,
                    digest: blob.digest,
                    target: targets.count,
                    fileOffset: fileOffset
                )
                writes[blob.pack, default: []].append(write)
                fileOffset += UInt64(blob.size)
            }
            newBytes = newBytes.plus(fileOffset)
            targets.append(
                PackExtractor.Target(
                    entry: place,
                    directory: directory,
                    name: name,
                    finalPath: isPlacedItself ? entry.path : nil,
                    mode: entry.mode,
                    modified: entry.modified,
                    isChunked: blobs.count != 1
                )
            )
        }
    }
}
