internal import BuildspecFiles

/// The changes that a restore makes to a tree, which are planned before the first one is made.
///
/// The tree is not changed before every byte has arrived and is verified: new files and whole new
/// directories are written under temporary names next to their final names, and renamed at the end.
struct RestorePlan: Sendable {
    private(set) var renames: [PlannedRename] = []
    /// The new directories, a directory before those below it.
    private(set) var directories: [NewDirectory] = []
    private(set) var links: [NewLink] = []
    private(set) var hardLinks: [HardLink] = []
    private(set) var metadataUpdates: [MetadataUpdate] = []
    private(set) var targets: [PackExtractor.Target] = []
    /// The blobs to write from each pack, by the pack's index.
    private(set) var writes: [Int: [PackExtractor.Write]] = [:]
    /// The directories that must be made writable while the restore works in them.
    private(set) var lockedDirectories: [PathBytes] = []
    private(set) var filesUnchanged = 0
    private(set) var leftOut = LeftOutFiles()
    /// The content bytes of the new files.
    private(set) var newBytes: UInt64 = 0
    private(set) var notes: [String] = []
    /// The files of the entry that belong to the checkout, which the restore does not change.
    private(set) var skipped = SkippedFiles()
    /// The number of files that stay because they can be sources, and the first of them.
    private(set) var possibleSources: (count: Int, first: PathBytes?) = (0, nil)
    /// The stamps of unchanged files, by the index of their entries.
    private(set) var stamps: [InodeStamp?]

    private let existing: [WalkedEntry]
    let rules: CheckoutRules
    private var checkout: CheckoutCursor
    /// Links in declared paths, and repositories with unsaved work: both stay.
    private let obstacles: Set<PathBytes>
    /// Links that declared paths name literally: no directory replaces them.
    private let spelledLinks: [PathBytes]
    /// The index of the next existing entry.
    private var next = 0
    let roots: TreeRoots
    let verify: Bool
    private let knownStamps: [InodeStamp?]
    private var cursor: TreeCursor
    /// The new directories above the current entry, the outermost first: indices and final paths.
    private var openDirectories: [(index: Int, path: PathBytes)] = []
    /// A path that cannot be used; the entries below it are left out without further notes.
    private var blockedPath: PathBytes?
    /// A directory that is known to be in the path set.
    private var declared: PathBytes?
    /// The identities of unchanged files with several names.
    private var linked: [PathBytes: FileStatus.Identity] = [:]

    /// Plans a restore of a manifest into a tree; no path outside of the set is changed.
    ///
    /// With `verify`, files that look unchanged are read. `known` has the stamps of files with
    /// known contents, by the index of their entries.
    init(
        _ manifest: Manifest,
        _ set: PathSet,
        _ tree: CacheTree,
        _ roots: TreeRoots,
        verify: Bool,
        known: [InodeStamp?] = []
    ) throws(FileError) {
        rules = tree.rules
        obstacles = Set(tree.links.map(\.link)).union(tree.unsavedWork.keys)
        spelledLinks = tree.walk.links
        checkout = CheckoutCursor(rules)
        cursor = TreeCursor(roots)
        existing = tree.entries
        self.roots = roots
        self.verify = verify
        knownStamps = known
        stamps = Array(repeating: nil, count: manifest.entries.count)
        // A span, because a loop over the array would copy the entries.
        let entries = manifest.entries.span
        for index in entries.indices { try plan(entries[index], index, set) }
        closeDirectories()
    }

    private mutating func plan(
        _ entry: borrowing Manifest.Entry,
        _ index: Int,
        _ set: PathSet
    ) throws(FileError) {
        guard isDeclared(entry.path, isDirectory: entry.kind == .directory, set) else {
            return leaveOut(entry, "it is not within the declared paths")
        }
        // Otherwise the next save would have the file, which is not in the declared paths.
        if case .hardLink(let first) = entry.kind, !isDeclared(first, isDirectory: false, set) {
            return leaveOut(entry, "its file is not within the declared paths")
        }
        if let blockedPath, entry.path.isWithin(blockedPath) { return leftOut.add(entry.kind) }
        guard isCache(entry) else { return }
        if let new = openDirectories.first, entry.path.isWithin(new.path) {
            return addBelowNewDirectory(entry, index)
        }
        // Nearly always the next existing entry is the next entry of the manifest.
        while next < existing.count, existing[next].path != entry.path {
            guard existing[next].path < entry.path else { return try addMissing(entry, index) }
            next += 1
        }
        guard next < existing.count else { return try addMissing(entry, index) }
        try compare(entry, index, with: existing[next].status)
    }

    private mutating func isDeclared(_ path: PathBytes, isDirectory: Bool, _ set: PathSet) -> Bool {
        if let declared, path.isWithin(declared) { return true }
        guard set.contains(path, isDirectory: isDirectory) else { return false }
        declared = path
        return true
    }

    /// Whether an entry belongs to the cache; if not, counts the entry as left out.
    private mutating func isCache(_ entry: borrowing Manifest.Entry) -> Bool {
        guard rules.affectsSet else { return !isBlockedByObstacle(entry) }
        if case .hardLink(let first) = entry.kind, checkout.owner(of: first) == .checkout {
            leaveOut(entry, "its file comes from the checkout")
            return false
        }
        switch checkout.owner(of: entry.path) {
        case .cache: return !isBlockedByObstacle(entry)
        // The directory keeps the mode and time of the checkout.
        case .both where entry.kind == .directory: return false
        case .both, .checkout:
            blockedPath = entry.path
            leftOut.add(entry.kind)
            if !rules.isExcluded(entry.path) {
                skipped.add(entry.path, in: rules.gitDirectory(of: entry.path))
            }
            return false
        }
    }

    /// Whether an obstacle, on which the tree has the note, makes the plan leave an entry out.
    private mutating func isBlockedByObstacle(_ entry: borrowing Manifest.Entry) -> Bool {
        guard !obstacles.isEmpty else { return false }
        let path = entry.path
        guard let obstacle = obstacles.first(where: { path == $0 || path.isWithin($0) }) else {
            return false
        }
        blockedPath = obstacle
        leftOut.add(entry.kind)
        return true
    }

    private mutating func leaveOut(_ entry: borrowing Manifest.Entry, _ reason: String) {
        blockedPath = entry.path
        leftOut.add(entry.kind)
        notes.append("'\(entry.path.text)' was left out: \(reason)")
    }
}

// MARK: Existing files

extension RestorePlan {
    private mutating func compare(
        _ entry: borrowing Manifest.Entry,
        _ index: Int,
        with status: FileStatus
    ) throws(FileError) {
        switch (entry.kind, status.kind) {
        case (.directory, .directory):
            if status.mode & 0o300 != 0o300 { lockedDirectories.append(entry.path) }
            let isUpToDate = status.mode == entry.mode && status.modified == entry.modified
            if isUpToDate || !rules.mayBeSource(entry.path) {
                addMetadataUpdate(entry, mode: entry.mode, isUpToDate: isUpToDate)
            }
        case (_, .directory):
            if next + 1 < existing.count, existing[next + 1].path.isWithin(entry.path) {
                leaveOut(entry, "a directory with files is at its path")
            } else {
                replace(entry, index, removesFirst: true)
            }
        case (.file, .regular):
            if try isUnchanged(entry, status) {
                filesUnchanged += 1
                let stamp = InodeStamp(status)
                // A file of the same size and time does not always have the same content.
                if verify || index < knownStamps.count && knownStamps[index] == stamp {
                    stamps[index] = stamp
                }
                if status.linkCount > 1 { linked[entry.path] = status.identity }
            } else {
                replace(entry, index, removesFirst: false)
            }
        case (.hardLink(let first), .regular) where linked[first] == status.identity:
            filesUnchanged += 1
        case (.link(let target), .link) where existing[next].linkTarget == target:
            let isUpToDate = status.modified == entry.modified
            if !isUpToDate { addMetadataUpdate(entry, mode: nil, isUpToDate: false) }
        case (.directory, .link) where spelledLinks.contains(entry.path):
            leaveOut(entry, "a symbolic link is at its path")
        default:
            replace(entry, index, removesFirst: entry.kind == .directory)
        }
    }

    /// Replaces an existing file, unless it can be a source.
    private mutating func replace(_ entry: Manifest.Entry, _ index: Int, removesFirst: Bool) {
        guard rules.mayBeSource(entry.path) else {
            return stage(entry, index, removesFirst: removesFirst)
        }
        blockedPath = entry.path
        leftOut.add(entry.kind)
        possibleSources.count += 1
        if possibleSources.first == nil { possibleSources.first = entry.path }
    }

    private mutating func addMetadataUpdate(
        _ entry: Manifest.Entry,
        mode: UInt32?,
        isUpToDate: Bool
    ) {
        metadataUpdates.append(
            MetadataUpdate(
                path: entry.path,
                mode: mode,
                modified: entry.modified,
                isUpToDate: isUpToDate
            )
        )
    }

    /// Adds an entry that does not exist, in a directory that may not exist either.
    private mutating func addMissing(_ entry: Manifest.Entry, _ index: Int) throws(FileError) {
        do throws(FileError) {
            _ = try cursor.parent(of: entry.path)
            stage(entry, index, removesFirst: false)
        } catch {
            switch error.code {
            case .notFound: try addBelowMissingDirectory(entry, index)
            case .isLink, .notDirectory:
                leaveOut(entry, "a link or file is where a directory must be")
            case .permissionDenied: leaveOut(entry, "permission denied")
            default: throw error
            }
        }
    }
}

// MARK: New files

extension RestorePlan {
    /// Adds an entry to an existing directory, under a temporary name.
    private mutating func stage(_ entry: Manifest.Entry, _ index: Int, removesFirst: Bool) {
        if case .hardLink(let first) = entry.kind {
            hardLinks.append(HardLink(path: entry.path, first: first))
            return
        }
        let (above, name) = entry.path.split
        let directory = PathBytes(Array(above))
        let temporary = stage(directory, Array(name), removesFirst: removesFirst)
        add(entry, index, in: directory, temporary[...], isRenamed: true)
    }

    /// Adds a rename to a final name; returns the temporary name.
    private mutating func stage(
        _ directory: PathBytes,
        _ name: [UInt8],
        removesFirst: Bool
    ) -> [UInt8] {
        closeDirectories()
        let temporary = TemporaryName.next()
        renames.append(
            PlannedRename(
                directory: directory,
                temporary: temporary,
                name: name,
                removesFirst: removesFirst
            )
        )
        return temporary
    }

    /// Adds the missing directories above an entry, which are not entries, and the entry.
    private mutating func addBelowMissingDirectory(
        _ entry: Manifest.Entry,
        _ index: Int
    ) throws(FileError) {
        var path = PathBytes(entry.path.isAbsolute ? "/" : "")
        for name in entry.path.components.dropLast() {
            let next = path.appending(name)
            var probe = TreeCursor(roots)
            let (directory, _) = try probe.parent(of: next)
            if try directory.status(name) == nil {
                let temporary = stage(path, Array(name), removesFirst: false)
                makeDirectory(path.appending(temporary), next)
                return addBelowNewDirectory(entry, index)
            }
            path = next
        }
        // Another process has made the directories in the meantime.
        stage(entry, index, removesFirst: false)
    }

    /// Adds an entry below a new directory, after the missing directories between them.
    private mutating func addBelowNewDirectory(_ entry: Manifest.Entry, _ index: Int) {
        while let last = openDirectories.last, !entry.path.isWithin(last.path) { closeDirectory() }
        // Most entries are in the last open directory.
        let (directory, name) = entry.path.split
        while let last = openDirectories.last, last.path.bytes.count < directory.count {
            let below = directory[(last.path.bytes.count + 1)...].prefix { $0 != slash }
            let staged = directories[last.index].path.appending(below)
            makeDirectory(staged, last.path.appending(below))
        }
        guard let last = openDirectories.last else { return }
        add(entry, index, in: directories[last.index].path, name, isRenamed: false)
    }

    /// Adds a directory with its temporary and its final path, and opens it for the next entries.
    private mutating func makeDirectory(_ staged: PathBytes, _ path: PathBytes) {
        openDirectories.append((directories.count, path))
        directories.append(NewDirectory(path: staged))
    }

    private mutating func closeDirectories() {
        while !openDirectories.isEmpty { closeDirectory() }
    }

    private mutating func closeDirectory() {
        let index = openDirectories.removeLast().index
        guard directories[index].isFilled, let above = openDirectories.last?.index else { return }
        directories[above].isFilled = true
    }

    /// Adds an entry that does not exist yet, with the directory and name that it gets first.
    private mutating func add(
        _ entry: Manifest.Entry,
        _ index: Int,
        in directory: PathBytes,
        _ name: ArraySlice<UInt8>,
        isRenamed: Bool
    ) {
        switch entry.kind {
        case .directory:
            makeDirectory(directory.appending(name), entry.path)
            addMetadataUpdate(entry, mode: entry.mode, isUpToDate: false)
        case .link(let target):
            let staged = directory.appending(name)
            links.append(NewLink(path: staged, target: target, modified: entry.modified))
        case .hardLink(let first):
            hardLinks.append(HardLink(path: entry.path, first: first))
        case .file(_, let blobs):
            if let last = openDirectories.last { directories[last.index].isFilled = true }
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
            newBytes = newBytes.addingClamped(fileOffset)
            targets.append(
                PackExtractor.Target(
                    entry: index,
                    directory: directory,
                    name: name,
                    finalPath: isRenamed ? entry.path : nil,
                    mode: entry.mode,
                    modified: entry.modified,
                    isChunked: blobs.count != 1
                )
            )
        }
    }
}
