internal import BuildspecFiles

/// What a restore has to do to a tree: worked out first, then staged, then put in place.
///
/// Nothing is changed in the tree before every byte has arrived and is verified: new files and
/// whole new directories are written under temporary names beside their places and renamed at the
/// end.
struct RestorePlan {
    /// Something new under a temporary name, and the name it gets.
    struct Placement {
        /// The directory, which is there already.
        var directory: PathBytes
        var temporary: [UInt8]
        var name: [UInt8]
        /// Whether a file or link stands in the place where a directory must be.
        var replacesNonDirectory: Bool
    }

    /// A directory or link whose mode and time are set at the very end.
    struct Finish {
        var path: PathBytes
        var mode: UInt32?
        var modified: FileTime
    }

    /// A directory that is made under `path`'s parent.
    struct NewDirectory {
        var path: PathBytes
    }

    struct NewLink {
        var path: PathBytes
        var target: [UInt8]
        var modified: FileTime
    }

    struct HardLink {
        var path: PathBytes
        var first: PathBytes
    }

    private(set) var placements: [Placement] = []
    private(set) var directories: [NewDirectory] = []
    private(set) var links: [NewLink] = []
    private(set) var hardLinks: [HardLink] = []
    private(set) var finishes: [Finish] = []
    private(set) var targets: [PackUnpacker.Target] = []
    /// What to write from each pack, by the pack's index.
    private(set) var writes: [Int: [PackUnpacker.Write]] = [:]
    /// Directories to make writable while the restore works in them.
    private(set) var unlocks: [PathBytes] = []
    private(set) var filesUnchanged = 0
    private(set) var notes: [String] = []

    private var cursor: TreeCursor
    private let roots: TreeRoots
    private let verify: Bool
    /// The new directory that the entries at hand lie in, and its temporary path.
    private var fresh: (path: PathBytes, staged: PathBytes)?
    /// The temporary paths of new directories.
    private var made: Set<PathBytes> = []
    /// A directory that could not be used; what lies in it is left out without a further note.
    private var blocked: PathBytes?
    /// A directory that is known to be in the path set.
    private var declared: PathBytes?
    /// Where existing files that are left alone lie, for the hard links to them.
    private var unchanged: Set<PathBytes> = []

    init(
        _ manifest: Manifest,
        _ set: PathSet,
        _ roots: TreeRoots,
        verify: Bool
    ) throws(FileError) {
        cursor = TreeCursor(roots)
        self.roots = roots
        self.verify = verify
        for entry in manifest.entries { try plan(entry, set) }
    }

    // MARK: Working it out

    private mutating func plan(_ entry: Manifest.Entry, _ set: PathSet) throws(FileError) {
        guard isDeclared(entry.path, set) else {
            return leaveOut(entry.path, "it is not within the declared paths")
        }
        if let blocked, entry.path.isWithin(blocked) { return }
        if let fresh, entry.path.isWithin(fresh.path) {
            return addFresh(entry, fresh.staged.appending(entry.path.tail(below: fresh.path)))
        }
        do throws(FileError) {
            let (directory, name) = try cursor.parent(of: entry.path)
            try compare(entry, with: directory.status(name), in: directory, Array(name))
        } catch {
            switch error.code {
            case .notFound: try addBelowMissingDirectory(entry)
            case .isLink, .notDirectory:
                leaveOut(entry.path, "a link or file stands where a directory must be")
            case .permissionDenied: leaveOut(entry.path, "permission denied")
            default: throw error
            }
        }
    }

    private mutating func isDeclared(_ path: PathBytes, _ set: PathSet) -> Bool {
        if let declared, path.isWithin(declared) { return true }
        guard set.contains(path) else { return false }
        declared = path
        return true
    }

    /// Decides by what is there already.
    private mutating func compare(
        _ entry: Manifest.Entry,
        with status: FileStatus?,
        in directory: DirectoryHandle,
        _ name: [UInt8]
    ) throws(FileError) {
        guard let status else { return place(entry, replacing: nil) }
        switch (entry.kind, status.kind) {
        case (.directory, .directory):
            if status.mode & 0o300 != 0o300 { unlocks.append(entry.path) }
            finishes.append(
                Finish(path: entry.path, mode: entry.mode, modified: entry.modified)
            )
        case (_, .directory):
            let isEmpty = try directory.directory(name).names().isEmpty
            guard isEmpty else {
                return leaveOut(entry.path, "a directory with files in it stands in its place")
            }
            place(entry, replacing: .directory)
        case (.file, .regular):
            if try isUnchanged(entry, status, in: directory, name) {
                filesUnchanged += 1
                unchanged.insert(entry.path)
            } else {
                place(entry, replacing: .regular)
            }
        case (.hardLink(let first), .regular):
            if unchanged.contains(first), try isSameFile(status, as: first) {
                filesUnchanged += 1
            } else {
                place(entry, replacing: .regular)
            }
        case (.link(let target), .link):
            if try directory.linkTarget(name) == target {
                finishes.append(Finish(path: entry.path, mode: nil, modified: entry.modified))
            } else {
                place(entry, replacing: .link)
            }
        default:
            place(entry, replacing: status.kind)
        }
    }

    private func isUnchanged(
        _ entry: Manifest.Entry,
        _ status: FileStatus,
        in directory: DirectoryHandle,
        _ name: [UInt8]
    ) throws(FileError) -> Bool {
        guard case .file(let size, let pieces) = entry.kind, status.size == size,
            status.modified == entry.modified, status.mode == entry.mode
        else { return false }
        if !verify { return true }
        let file = try OpenFile.reading(name, in: directory)
        var offset: UInt64 = 0
        for piece in pieces {
            var bytes: [UInt8] = []
            let count = try file.read(piece.size, at: offset, appendingTo: &bytes)
            guard count == piece.size, ContentDigest(of: bytes) == piece.digest else {
                return false
            }
            offset += UInt64(count)
        }
        return true
    }

    private func isSameFile(
        _ status: FileStatus,
        as first: PathBytes
    ) throws(FileError) -> Bool {
        var cursor = TreeCursor(roots)
        let (directory, name) = try cursor.parent(of: first)
        return try directory.status(name)?.identity == status.identity
    }

    /// Places an entry into an existing directory, under a temporary name at first.
    private mutating func place(_ entry: Manifest.Entry, replacing kind: FileKind?) {
        if case .hardLink(let first) = entry.kind {
            hardLinks.append(HardLink(path: entry.path, first: first))
            return
        }
        let (directory, name) = entry.path.split
        let temporary = TemporaryName.next()
        let isDirectory = entry.kind == .directory
        placements.append(
            Placement(
                directory: PathBytes(Array(directory)),
                temporary: temporary,
                name: Array(name),
                replacesNonDirectory: isDirectory && kind != nil || kind == .directory
            )
        )
        let staged = PathBytes(Array(directory)).appending(temporary)
        if isDirectory { fresh = (entry.path, staged) }
        add(entry, staged: staged)
    }

    /// Makes the directories above an entry that are missing; they are no entries themselves.
    private mutating func addBelowMissingDirectory(_ entry: Manifest.Entry) throws(FileError) {
        var path = PathBytes(entry.path.isAbsolute ? "/" : "")
        for name in entry.path.components {
            let next = path.appending(name)
            var probe = TreeCursor(roots)
            let (directory, _) = try probe.parent(of: next)
            if try directory.status(name) == nil {
                let temporary = TemporaryName.next()
                let staged = path.appending(temporary)
                placements.append(
                    Placement(
                        directory: path,
                        temporary: temporary,
                        name: Array(name),
                        replacesNonDirectory: false
                    )
                )
                fresh = (next, staged)
                makeDirectory(staged)
                return addFresh(entry, staged.appending(entry.path.tail(below: next)))
            }
            path = next
        }
    }

    /// Adds an entry of a new directory, after the directories above it that are no entries.
    private mutating func addFresh(_ entry: Manifest.Entry, _ staged: PathBytes) {
        var missing: [PathBytes] = []
        var parent = PathBytes(Array(staged.split.directory))
        while !made.contains(parent), !parent.bytes.isEmpty {
            missing.append(parent)
            parent = PathBytes(Array(parent.split.directory))
        }
        for directory in missing.reversed() { makeDirectory(directory) }
        add(entry, staged: staged)
    }

    private mutating func makeDirectory(_ staged: PathBytes) {
        directories.append(NewDirectory(path: staged))
        made.insert(staged)
    }

    /// Adds an entry that does not exist yet at its temporary path.
    private mutating func add(_ entry: Manifest.Entry, staged: PathBytes) {
        switch entry.kind {
        case .directory:
            makeDirectory(staged)
            finishes.append(
                Finish(path: entry.path, mode: entry.mode, modified: entry.modified)
            )
        case .link(let target):
            links.append(NewLink(path: staged, target: target, modified: entry.modified))
        case .hardLink(let first):
            hardLinks.append(HardLink(path: entry.path, first: first))
        case .file(_, let pieces):
            var fileOffset: UInt64 = 0
            for piece in pieces {
                let write = PackUnpacker.Write(
                    offset: piece.offset,
                    size: piece.size,
                    target: targets.count,
                    fileOffset: fileOffset
                )
                writes[piece.pack, default: []].append(write)
                fileOffset += UInt64(piece.size)
            }
            targets.append(
                PackUnpacker.Target(
                    path: staged,
                    mode: entry.mode,
                    modified: entry.modified,
                    isChunked: pieces.count != 1
                )
            )
        }
    }

    private mutating func leaveOut(_ path: PathBytes, _ reason: String) {
        blocked = path
        notes.append("'\(path.text)' was left out: \(reason)")
    }
}
