/// A file, link or directory that a walk found.
package struct WalkedEntry: Sendable {
    /// Relative to the root, or absolute.
    package var path: PathBytes
    package var status: FileStatus
    /// What a symbolic link says.
    package var linkTarget: [UInt8]?
}

/// Finds everything that belongs to a path set, in path order, links not followed.
package struct TreeWalk: Sendable {
    /// What was found.
    package private(set) var entries: [WalkedEntry] = []
    /// How many files and directories could not be looked at; each has a note.
    package private(set) var unreadable = 0
    /// Things left out that the user should know of, one line each.
    package private(set) var notes: [String] = []
    /// Temporary names, perhaps of processes that are gone.
    package private(set) var temporaries: [PathBytes] = []
    /// Links that stand where patterns have plain names; none of them was followed.
    package private(set) var links: [PathBytes] = []
    /// Directories that were passed through on the way to a spelled name and not listed.
    package private(set) var passed: [PathBytes] = []

    private let excluded: Set<FileStatus.Identity>
    /// Whether to end early.
    private let isOver: @Sendable () -> Bool
    private let subtrees: SubtreeWalk
    /// The number of a directory's listing by its place in `entries`.
    private var listed: [Int: Int] = [:]

    /// Walks the tree on one thread.
    ///
    /// - Parameters:
    ///   - set: what to look for.
    ///   - root: the directory that relative paths start at.
    ///   - excluded: directories to leave out whatever the set says, such as the store itself.
    /// - Throws: when `/` cannot be opened; everything else that cannot be read is a note.
    package init(
        _ set: PathSet,
        root: DirectoryHandle,
        excluding excluded: Set<FileStatus.Identity> = []
    ) throws(FileError) {
        self.init(finding: set, root, try DirectoryHandle.open(PathBytes("/")), excluded)
        subtrees.work()
        putTogether()
    }

    /// Walks the tree on `width` threads of the task's executor.
    ///
    /// When the task is cancelled it ends soon, with a part of what there is.
    ///
    /// - Parameters:
    ///   - set: what to look for.
    ///   - root: the directory that relative paths start at.
    ///   - top: the directory that absolute paths start at.
    ///   - excluded: directories to leave out whatever the set says, such as the store itself.
    ///   - width: how many threads take part.
    package init(
        _ set: PathSet,
        root: DirectoryHandle,
        top: DirectoryHandle,
        excluding excluded: Set<FileStatus.Identity>,
        width: Int
    ) async {
        self.init(finding: set, root, top, excluded, isOver: { Task.isCancelled })
        let subtrees = subtrees
        await withTaskGroup(of: Void.self) { workers in
            for _ in 0..<width { workers.addTask { subtrees.work { Task.isCancelled } } }
        }
        putTogether()
    }

    private init(
        finding set: PathSet,
        _ root: DirectoryHandle,
        _ top: DirectoryHandle,
        _ excluded: Set<FileStatus.Identity>,
        isOver: @escaping @Sendable () -> Bool = { false }
    ) {
        self.excluded = excluded
        self.isOver = isOver
        subtrees = SubtreeWalk(excluding: excluded)
        // Absolute paths sort first; each walk goes in path order by itself.
        if !set.absolute.isEmpty {
            walk(top, PathBytes("/"), set.absolute.map(PatternCursor.init))
        }
        walk(root, PathBytes(""), set.relative.map(PatternCursor.init))
    }

    /// Takes the entries out that `isOut` names.
    ///
    /// - Returns: them, in path order.
    package mutating func takeOut(_ isOut: (WalkedEntry) -> Bool) -> [WalkedEntry] {
        var out: [WalkedEntry] = []
        // Most often there is none, and nothing is copied.
        guard let first = entries.firstIndex(where: isOut) else { return out }
        var rest = Array(entries[..<first])
        rest.reserveCapacity(entries.count)
        out.append(entries[first])
        for entry in entries[(first + 1)...] {
            if isOut(entry) { out.append(entry) } else { rest.append(entry) }
        }
        entries = rest
        return out
    }

    /// Puts the listings of whole directories behind the directories' own entries.
    private mutating func putTogether() {
        let listings = subtrees.listings()
        let starts = entries
        entries = []
        entries.reserveCapacity(listings.values.reduce(starts.count) { $0 + $1.entries.count })
        for (place, entry) in starts.enumerated() {
            entries.append(entry)
            if let number = listed[place] { append(number, of: listings) }
        }
    }

    private mutating func append(_ number: Int, of listings: [Int: SubtreeWalk.Listing]) {
        guard let listing = listings[number] else { return }
        notes += listing.notes
        unreadable += listing.unreadable
        temporaries += listing.temporaries
        var start = 0
        for (place, child) in listing.subdirectories {
            entries += listing.entries[start...place]
            append(child, of: listings)
            start = place + 1
        }
        entries += listing.entries[start...]
        for part in listing.parts { append(part, of: listings) }
    }

    /// What to say of something that is no file, directory or link.
    static func special(_ path: PathBytes) -> String {
        "'\(path.text)' is a pipe, socket or device and was left out"
    }

    /// Looks in a directory that is not itself in the set for names that lead to it.
    private mutating func walk(
        _ directory: DirectoryHandle,
        _ path: PathBytes,
        _ cursors: [PatternCursor]
    ) {
        if cursors.contains(where: \.isComplete) { return takeContents(of: directory, path) }
        for name in names(in: directory, path, cursors) where !isOver() {
            var next = cursors
            for index in next.indices { next[index].descend(into: name) }
            next.removeAll { $0.isDead && !$0.isComplete }
            if !next.isEmpty { visit(name, in: directory, path.appending(name), next, cursors) }
        }
    }

    /// The names worth a look: those that the patterns spell, or the directory's own.
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
        passed.append(path)
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
            return take(name, in: directory, path, above)
        }
        let status = reporting { () throws(FileError) in try directory.status(name) } ?? nil
        guard let status else { return }
        if status.kind == .link {
            return followRootLink(name, in: directory, path, cursors, above)
        }
        guard status.kind == .directory, !excluded.contains(status.identity) else { return }
        if cursors.contains(where: \.isComplete) { return take(name, in: directory, path, above) }
        let child = reporting { () throws(FileError) in try directory.directory(name) }
        if let child { walk(child, path, cursors) }
    }

    /// Goes on through a link that stands in `/` itself, such as a system's `/home` or `/tmp`.
    ///
    /// No other link is followed: a cache entry could have planted it.
    private mutating func followRootLink(
        _ name: [UInt8],
        in directory: DirectoryHandle,
        _ path: PathBytes,
        _ cursors: [PatternCursor],
        _ above: [PatternCursor]
    ) {
        guard directory.path == PathBytes("/") else {
            switch (directory.end(of: name), TreeWalk.spell(above, name)) {
            case (.directory, true): links.append(path)
            case (.directory, false):
                notes.append("'\(path.text)' is a symbolic link and was not followed")
            case (.nothing, true):
                notes.append("'\(path.text)' is a symbolic link that leads to nothing")
            case (.nothing, false), (.other, _): break
            }
            return
        }
        let child = reporting { () throws(FileError) in try directory.followedDirectory(name) }
        if let child { walk(child, path, cursors) }
    }

    /// Whether one of the patterns has a plain name next, and it is this one.
    private static func spell(_ cursors: [PatternCursor], _ name: [UInt8]) -> Bool {
        cursors.contains { $0.literalNames?.contains(name) ?? false }
    }

    /// Takes a name that is in the set, with everything below it.
    private mutating func take(
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
            if TreeWalk.spell(above, name) { links.append(path) }
            let target = reporting { () throws(FileError) in try directory.linkTarget(name) }
            if let target {
                entries.append(WalkedEntry(path: path, status: status, linkTarget: target))
            }
        case .directory:
            if excluded.contains(status.identity) { return }
            listed[entries.count] = subtrees.add(name, in: directory, path)
            entries.append(WalkedEntry(path: path, status: status))
        case .special:
            notes.append(TreeWalk.special(path))
        }
    }

    private mutating func takeContents(of directory: DirectoryHandle, _ path: PathBytes) {
        for name in contents(of: directory, path) {
            take(name, in: directory, path.appending(name))
        }
    }

    /// The directory's own names without those that are still being written.
    private mutating func contents(of directory: DirectoryHandle, _ path: PathBytes) -> [[UInt8]] {
        var names = reporting { () throws(FileError) in try directory.names() } ?? []
        names.removeAll { name in
            guard TemporaryName.matches(name) else { return false }
            temporaries.append(path.appending(name))
            return true
        }
        return names
    }

    /// Runs `body`; an error becomes a note, because one unreadable name must not lose the rest.
    private mutating func reporting<Value>(
        _ body: () throws(FileError) -> Value
    ) -> Value? {
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
