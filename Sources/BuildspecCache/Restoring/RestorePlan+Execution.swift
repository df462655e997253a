internal import BuildspecFiles

extension RestorePlan {
    /// Whether the tree is the entry already, in every entry and with nothing else in it.
    func isDone(with manifest: Manifest, _ existing: [WalkedEntry]) -> Bool {
        placements.isEmpty && hardLinks.isEmpty && unlocks.isEmpty && notes.isEmpty
            && finishes.allSatisfy(\.isClean) && existing.count == manifest.entries.count
    }

    /// What to tell the user.
    ///
    /// - Parameter tree: what was there before.
    /// - Returns: one line each.
    func notes(_ tree: CacheTree) -> [String] {
        var kept = tree.kept
        kept.add(self.kept)
        let undecided = rules.unlistedNote(undecided.count, first: undecided.first)
        return [kept.note, undecided].compactMap(\.self) + tree.obstacleNotes + notes
    }

    /// Makes links, empty files, the files that several packs write to, and new directories that no
    /// file of a pack is written to; the others are made when their first file comes.
    ///
    /// - Parameters:
    ///   - roots: where the paths start.
    ///   - width: how many threads take part.
    /// - Throws: when something cannot be made.
    func prepare(_ roots: TreeRoots, width: Int) async throws {
        var cursor = TreeCursor(roots)
        for path in unlocks {
            let (directory, name) = try cursor.parent(of: path)
            let mode = try directory.status(name)?.mode ?? 0
            try directory.setMode(name, mode | 0o700)
        }
        let empty = directories.filter { !$0.isFilled }
        try await roots.forEach(empty, width) { new, cursor in
            let (directory, name) = try cursor.parent(of: new.path, making: true)
            try directory.makeDirectory(name)
            return nil
        }
        try await roots.forEach(links, width) { link, cursor in
            let (directory, name) = try cursor.parent(of: link.path, making: true)
            try directory.makeLink(name, to: link.target)
            try directory.setModified(name, link.modified)
            return nil
        }
        try await roots.forEach(targets.filter(\.isChunked), width) { target, cursor in
            let directory = try cursor.directory(target.directory.bytes[...], making: true)
            _ = try OpenFile.creating(target.name, in: directory)
            return nil
        }
    }

    /// Sets mode and time of empty files and of those that several packs have written.
    func finishChunkedFiles(_ roots: TreeRoots, width: Int) async throws {
        try await roots.forEach(targets.filter(\.isChunked), width) { target, cursor in
            let directory = try cursor.directory(target.directory.bytes[...])
            let file = try OpenFile.writing(target.name, in: directory)
            try file.setMode(target.mode)
            try file.setModified(target.modified)
            return nil
        }
    }

    /// Gives everything that is staged to a user, before it gets its names.
    func handOver(to owner: TreeOwner, _ roots: TreeRoots, width: Int) async throws {
        try await roots.forEach(placements, width) { placement, cursor in
            let path = placement.directory.appending(placement.temporary)
            let (directory, name) = try cursor.parent(of: path)
            try directory.setOwnerOfTree(name, user: owner.user, group: owner.group)
            return nil
        }
    }

    /// Refuses what there is no room for: a small manifest can declare petabytes.
    ///
    /// A part of the room stays free, because others need some while a restore runs.
    func checkRoom(_ roots: TreeRoots) throws(CacheError) {
        guard let free = roots.root.freeBytes() else { return }
        let reserve = Limits.reserve(ofFree: free)
        guard newBytes > free - reserve else { return }
        throw CacheError(
            .tree,
            "the entry's files take \(newBytes) bytes, and \(free) are free where"
                + " '\(roots.root.path.text)' is, of which a restore leaves \(reserve)"
        )
    }

    /// A directory that the restore works in, as it was before.
    struct DirectoryState {
        var path: PathBytes
        var mode: UInt32
        var modified: FileTime
    }

    /// What the directories look like that something is placed in.
    func directoryStates(_ roots: TreeRoots) -> [DirectoryState] {
        var cursor = TreeCursor(roots)
        return worked.compactMap { path in
            guard let (directory, _) = try? cursor.parent(of: path.appending(".".utf8)),
                let status = try? directory.status()
            else { return nil }
            return DirectoryState(path: path, mode: status.mode, modified: status.modified)
        }
    }

    /// The directories that something is placed in or that are opened up.
    private var worked: Set<PathBytes> {
        Set(placements.map(\.directory))
            .union(hardLinks.map { PathBytes(Array($0.path.split.directory)) })
            .union(unlocks)
    }

    /// Removes everything that was staged and makes the directories what they were.
    func discard(_ roots: TreeRoots, _ before: [DirectoryState]) {
        var cursor = TreeCursor(roots)
        for placement in placements {
            let path = placement.directory.appending(placement.temporary)
            guard let (directory, name) = try? cursor.parent(of: path) else { continue }
            try? directory.removeTree(name)
        }
        for state in before {
            let path = state.path.appending(".".utf8)
            guard let (directory, name) = try? cursor.parent(of: path) else { continue }
            try? directory.setModified(name, state.modified)
            try? directory.setMode(name, state.mode)
        }
    }

    /// Renames what was staged to its final names, then sets the modes and times of directories.
    ///
    /// A cancelled task goes on here: to take it back takes as long as to end it.
    ///
    /// - Returns: what could not be put in place, one line each, and how many hard links are among it.
    /// - Throws: when something new cannot get its name; all others have been taken back then.
    func putInPlace(
        _ roots: TreeRoots,
        width: Int
    ) async throws -> (notes: [String], hardLinksLeftOut: Int) {
        var notes: [String] = []
        var placing = RenameTransaction(roots)
        do throws(FileError) {
            for placement in placements { try placing.place(placement) }
            placing.reset()
            for link in hardLinks where try !placing.place(link, roots) {
                notes.append(
                    "'\(link.path.text)' was left out, as is the file that it is a hard link to"
                )
            }
        } catch {
            let failures = placing.undo()
            let rest = failures == 0 ? "" : "; \(failures) files could not be put back"
            throw CacheError(.tree, error.description + rest)
        }
        let hardLinksLeftOut = notes.count
        notes += try await placing.finish(roots, width)
        return (notes + (try await finish(roots, width)), hardLinksLeftOut)
    }

    /// Sets the modes and times of directories and links.
    ///
    /// - Returns: what could not be set, one line each.
    private func finish(_ roots: TreeRoots, _ width: Int) async throws -> [String] {
        let touched = worked
        let open = finishes.filter { !$0.isClean || touched.contains($0.path) }
        var notes = try await roots.forEach(open.filter { !$0.isClosing }, width, mustEnd: true) {
            $0.apply(&$1)
        }
        // A directory that gets its mode may not be entered any more: the deepest first.
        let closing = open.filter(\.isClosing)
        let levels = Dictionary(grouping: closing) { $0.path.bytes.count { $0 == slash } }
        for level in levels.keys.sorted(by: >) {
            notes += try await roots.forEach(levels[level] ?? [], width, mustEnd: true) {
                $0.apply(&$1)
            }
        }
        return notes
    }

    /// What the tree's files look like now, for the index; `nil` where that is not known for sure.
    ///
    /// - Parameters:
    ///   - unpacked: what unpacking knows.
    ///   - manifest: the manifest.
    ///   - roots: where the paths start.
    /// - Returns: a stamp for each of the manifest's entries.
    func stamps(
        _ unpacked: [(entry: Int, stamp: InodeStamp)],
        _ manifest: Manifest,
        _ roots: TreeRoots
    ) -> [InodeStamp?] {
        var stamps = stamps
        for (entry, stamp) in unpacked { stamps[entry] = stamp }
        var cursor = TreeCursor(roots)
        for target in targets {
            guard let path = target.finalPath,
                let (directory, name) = try? cursor.parent(of: path),
                let status = try? directory.status(name), status.modified == target.modified
            else { continue }
            stamps[target.entry] = InodeStamp(status)
        }
        // A further name is a change of the file that it is given to.
        let renamed = Set(hardLinks.map(\.first))
        for place in stamps.indices where renamed.contains(manifest.entries[place].path) {
            stamps[place] = nil
        }
        return stamps
    }
}

extension RestorePlan.Finish {
    /// Whether its owner cannot work in the directory afterwards.
    fileprivate var isClosing: Bool { mode.map { $0 & 0o700 != 0o700 } ?? false }

    /// - Returns: what is wrong; nothing where it is not there any more.
    fileprivate func apply(_ cursor: inout TreeCursor) -> String? {
        do throws(FileError) {
            let (directory, name) = try cursor.parent(of: path)
            guard let status = try directory.status(name) else { return nil }
            if let mode, status.kind == .directory, status.mode != mode {
                try directory.setMode(name, mode)
            }
            if status.modified != modified { try directory.setModified(name, modified) }
            return nil
        } catch {
            return error.code == .notFound ? nil : "\(error)"
        }
    }
}
