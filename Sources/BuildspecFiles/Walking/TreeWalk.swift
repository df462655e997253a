/// A file, link or directory that a walk found.
package struct WalkedEntry: Sendable {
    /// The path, relative to the root or absolute.
    package var path: PathBytes
    package var status: FileStatus
    /// The target of a symbolic link, as the link has it.
    package var linkTarget: [UInt8]?
}

/// A search for everything that belongs to a path set, in path order; links are not followed.
package struct TreeWalk: Sendable {
    /// The files, links and directories that were found.
    package private(set) var entries: [WalkedEntry] = []
    /// The number of files and directories that could not be read; each has a note.
    package private(set) var unreadable = 0
    /// Files that were left out and that the user should know of, one line each.
    package private(set) var notes: [String] = []
    /// Temporary names, perhaps of processes that have ended.
    package private(set) var temporaries: [PathBytes] = []
    /// Links whose names patterns spell out; they were not followed.
    package private(set) var links: [PathBytes] = []
    /// Directories that were opened to reach a spelled-out name, and not listed.
    package private(set) var traversed: [PathBytes] = []

    private let excluded: Set<FileStatus.Identity>
    private let shouldStop: @Sendable () -> Bool
    private let subtrees: SubtreeWalk
    /// The number of a directory's listing by the directory's index in `entries`.
    private var listingNumbers: [Int: Int] = [:]

    /// Walks the tree on one thread, without the directories in `excluded`, such as the store.
    ///
    /// Throws if `/` cannot be opened; other files that cannot be read give a note.
    package init(
        _ set: PathSet,
        root: DirectoryHandle,
        excluding excluded: Set<FileStatus.Identity> = []
    ) throws(FileError) {
        self.init(finding: set, root, try DirectoryHandle.open(PathBytes("/")), excluded)
        subtrees.work()
        mergeListings()
    }

    /// Walks the tree on `width` threads of the task's executor; absolute paths start at `top`.
    ///
    /// If the task is cancelled, the walk ends soon with a part of the files.
    package init(
        _ set: PathSet,
        root: DirectoryHandle,
        top: DirectoryHandle,
        excluding excluded: Set<FileStatus.Identity>,
        width: Int
    ) async {
        self.init(finding: set, root, top, excluded, shouldStop: { Task.isCancelled })
        let subtrees = subtrees
        await withTaskGroup(of: Void.self) { workers in
            for _ in 0..<width { workers.addTask { subtrees.work { Task.isCancelled } } }
        }
        mergeListings()
    }

    private init(
        finding set: PathSet,
        _ root: DirectoryHandle,
        _ top: DirectoryHandle,
        _ excluded: Set<FileStatus.Identity>,
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) {
        self.excluded = excluded
        self.shouldStop = shouldStop
        subtrees = SubtreeWalk(excluding: excluded)
        // Absolute paths sort first; each of the two walks is in path order.
        if !set.absolute.isEmpty {
            walk(top, PathBytes("/"), set.absolute.map(PatternCursor.init))
        }
        walk(root, PathBytes(""), set.relative.map(PatternCursor.init))
    }

    /// Removes the entries that match a condition, and returns them in path order.
    package mutating func removeEntries(where isRemoved: (WalkedEntry) -> Bool) -> [WalkedEntry] {
        var removed: [WalkedEntry] = []
        // Usually no entry matches, and nothing is copied.
        guard let first = entries.firstIndex(where: isRemoved) else { return removed }
        var rest = Array(entries[..<first])
        rest.reserveCapacity(entries.count)
        removed.append(entries[first])
        for entry in entries[(first + 1)...] {
            if isRemoved(entry) { removed.append(entry) } else { rest.append(entry) }
        }
        entries = rest
        return removed
    }

    /// Inserts the listings of whole directories after the entries of these directories.
    private mutating func mergeListings() {
        let listings = subtrees.listings()
        let starts = entries
        entries = []
        entries.reserveCapacity(listings.values.reduce(starts.count) { $0 + $1.entries.count })
        for (index, entry) in starts.enumerated() {
            entries.append(entry)
            if let number = listingNumbers[index] { append(number, of: listings) }
        }
    }

    private mutating func append(_ number: Int, of listings: [Int: SubtreeWalk.Listing]) {
        guard let listing = listings[number] else { return }
        notes += listing.notes
        unreadable += listing.unreadable
        temporaries += listing.temporaries
        var start = 0
        for (index, child) in listing.subdirectories {
            entries += listing.entries[start...index]
            append(child, of: listings)
            start = index + 1
        }
        entries += listing.entries[start...]
        for part in listing.parts { append(part, of: listings) }
    }

    /// Returns the note for a file that is not a regular file, directory or link.
    static func specialFileNote(_ path: PathBytes) -> String {
        "'\(path.text)' is a pipe, socket or device and was left out"
    }

    /// Searches a directory that is not in the set for names that belong to the set or lead to it.
    private mutating func walk(
        _ directory: DirectoryHandle,
        _ path: PathBytes,
        _ cursors: [PatternCursor]
    ) {
        if cursors.contains(where: \.isComplete) { return addContents(of: directory, path) }
        for name in names(in: directory, path, cursors) where !shouldStop() {
            var next = cursors
            for index in next.indices { next[index].descend(into: name) }
            next.removeAll { $0.isDead && !$0.isComplete }
            if !next.isEmpty { visit(name, in: directory, path.appending(name), next, cursors) }
        }
    }

    /// Returns the names to visit: those that the patterns spell out, or all names in the directory.
    private mutating func names(
        in directory: DirectoryHandle,
        _ path: PathBytes,
        _ cursors: [PatternCursor]
    ) -> [[UInt8]] {
        var spelled: Set<[UInt8]> = []
        for cursor in cursors {
            guard let literals = cursor.literalNames else {
                return contents(of: directory, path)
            }
            spelled.formUnion(literals)
        }
        traversed.append(path)
        return spelled.filter { !TemporaryName.matches($0) }.sorted {
            $0.lexicographicallyPrecedes($1)
        }
    }

    private mutating func visit(
        _ name: [UInt8],
        in directory: DirectoryHandle,
        _ path: PathBytes,
        _ cursors: [PatternCursor],
        _ above: [PatternCursor]
    ) {
        if cursors.contains(where: { $0.fits(isDirectory: false) }) {
            return add(name, in: directory, path, above)
        }
        let status = reporting { () throws(FileError) in try directory.status(name) } ?? nil
        guard let status else { return }
        if status.kind == .link {
            return followRootLink(name, in: directory, path, cursors, above)
        }
        guard status.kind == .directory, !excluded.contains(status.identity) else { return }
        if cursors.contains(where: \.isComplete) { return add(name, in: directory, path, above) }
        let child = reporting { () throws(FileError) in try directory.directory(name) }
        if let child { walk(child, path, cursors) }
    }

    /// Follows a link in `/` itself, such as the `/home` or `/tmp` of some systems.
    ///
    /// No other link is followed, because a cache entry could have created it.
    private mutating func followRootLink(
        _ name: [UInt8],
        in directory: DirectoryHandle,
        _ path: PathBytes,
        _ cursors: [PatternCursor],
        _ above: [PatternCursor]
    ) {
        guard directory.path == PathBytes("/") else {
            switch (directory.targetKind(of: name), TreeWalk.isSpelledOut(name, by: above)) {
            case (.directory, true): links.append(path)
            case (.directory, false):
                notes.append("'\(path.text)' is a symbolic link and was not followed")
            case (.nothing, true):
                notes.append("'\(path.text)' is a symbolic link that leads to nothing")
            case (.circle, true):
                notes.append("'\(path.text)' is a symbolic link that leads in a circle")
            case (.nothing, false), (.circle, false), (.other, _): break
            }
            return
        }
        let child = reporting { () throws(FileError) in try directory.directoryFollowingLink(name) }
        if let child { walk(child, path, cursors) }
    }

    /// Returns whether the next component of one of the patterns is exactly this name.
    private static func isSpelledOut(_ name: [UInt8], by cursors: [PatternCursor]) -> Bool {
        cursors.contains { $0.literalNames?.contains(name) ?? false }
    }

    /// Adds a file that is in the set; of a directory, also its contents.
    private mutating func add(
        _ name: [UInt8],
        in directory: DirectoryHandle,
        _ path: PathBytes,
        _ above: [PatternCursor] = []
    ) {
        let status = reporting { () throws(FileError) in try directory.status(name) } ?? nil
        guard let status else { return }
        switch status.kind {
        case .regular:
            entries.append(WalkedEntry(path: path, status: status))
        case .link:
            if TreeWalk.isSpelledOut(name, by: above) { links.append(path) }
            let target = reporting { () throws(FileError) in try directory.linkTarget(name) }
            if let target {
                entries.append(WalkedEntry(path: path, status: status, linkTarget: target))
            }
        case .directory:
            if excluded.contains(status.identity) { return }
            listingNumbers[entries.count] = subtrees.add(name, in: directory, path)
            entries.append(WalkedEntry(path: path, status: status))
        case .special:
            notes.append(TreeWalk.specialFileNote(path))
        }
    }

    private mutating func addContents(of directory: DirectoryHandle, _ path: PathBytes) {
        for name in contents(of: directory, path) {
            add(name, in: directory, path.appending(name))
        }
    }

    /// Returns the names in a directory without temporary ones, which are recorded.
    private mutating func contents(of directory: DirectoryHandle, _ path: PathBytes) -> [[UInt8]] {
        var names = reporting { () throws(FileError) in try directory.names() } ?? []
        names.removeAll { name in
            guard TemporaryName.matches(name) else { return false }
            temporaries.append(path.appending(name))
            return true
        }
        return names
    }

    /// Runs `body`; an error becomes a note, because an unreadable file must not end the walk.
    private mutating func reporting<Value>(_ body: () throws(FileError) -> Value) -> Value? {
        do throws(FileError) {
            return try body()
        } catch {
            if error.code != .notFound {
                notes.append("\(error); it was left out")
                unreadable += 1
            }
            return nil
        }
    }
}
