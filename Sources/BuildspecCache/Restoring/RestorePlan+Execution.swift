internal import BuildspecFiles

extension RestorePlan {
    /// Whether the tree has all entries of the manifest already, and nothing else.
    func isUpToDate(with manifest: Manifest, _ existing: [WalkedEntry]) -> Bool {
        renames.isEmpty && hardLinks.isEmpty && lockedDirectories.isEmpty && notes.isEmpty
            && metadataUpdates.allSatisfy(\.isUpToDate) && existing.count == manifest.entries.count
    }

    /// The notes for the user, with those on the tree before the restore.
    func notes(_ tree: CacheTree) -> [String] {
        var skipped = tree.skipped
        skipped.add(self.skipped)
        let sources = rules.sourcesNote(possibleSources.count, first: possibleSources.first)
        return [skipped.note, sources].compactMap(\.self) + tree.obstacleNotes + notes
    }

    /// Makes links, empty files, files that several packs write to, and new directories without
    /// files of a pack; the other directories are made for their first file.
    func prepare(_ roots: TreeRoots, width: Int) async throws {
        var cursor = TreeCursor(roots)
        for path in lockedDirectories {
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

    /// Sets the modes and times of empty files and of files with several blobs.
    func finishChunkedFiles(_ roots: TreeRoots, width: Int) async throws {
        try await roots.forEach(targets.filter(\.isChunked), width) { target, cursor in
            let directory = try cursor.directory(target.directory.bytes[...])
            let file = try OpenFile.writing(target.name, in: directory)
            try file.setMode(target.mode)
            try file.setModified(target.modified)
            return nil
        }
    }

    /// Changes the owner of all new files, before they get their final names.
    func setOwner(to owner: TreeOwner, _ roots: TreeRoots, width: Int) async throws {
        try await roots.forEach(renames, width) { rename, cursor in
            let (directory, name) = try cursor.parent(of: rename.temporaryPath)
            try directory.setOwnerOfTree(name, user: owner.user, group: owner.group)
            return nil
        }
    }

    /// Refuses an entry whose new files are larger than the free space.
    func checkFreeSpace(_ roots: TreeRoots) throws(CacheError) {
        try roots.root.requireSpace(for: newBytes, of: "a restore")
    }

    /// The state of a directory before the restore changes it.
    struct DirectoryState {
        var path: PathBytes
        var mode: UInt32
        var modified: FileTime
    }

    /// Reads the states of the directories that the restore changes.
    func directoryStates(_ roots: TreeRoots) -> [DirectoryState] {
        var cursor = TreeCursor(roots)
        return changedDirectories.compactMap { path in
            guard let (directory, _) = try? cursor.parent(of: path.appending(".".utf8)),
                let status = try? directory.status()
            else { return nil }
            return DirectoryState(path: path, mode: status.mode, modified: status.modified)
        }
    }

    /// The directories that get new names, or another mode during the restore.
    private var changedDirectories: Set<PathBytes> {
        Set(renames.map(\.directory))
            .union(hardLinks.map { PathBytes(Array($0.path.split.directory)) })
            .union(lockedDirectories)
    }

    /// Removes all new files and restores the states of the directories.
    func discard(_ roots: TreeRoots, _ before: [DirectoryState]) {
        var cursor = TreeCursor(roots)
        for rename in renames {
            guard let (directory, name) = try? cursor.parent(of: rename.temporaryPath)
            else { continue }
            try? directory.removeTree(name)
        }
        for state in before {
            let path = state.path.appending(".".utf8)
            guard let (directory, name) = try? cursor.parent(of: path) else { continue }
            try? directory.setModified(name, state.modified)
            try? directory.setMode(name, state.mode)
        }
    }

    /// Renames all new files to their final names, then sets the modes and times of directories.
    ///
    /// The renames go on in a cancelled task, because to undo them takes as long as to complete
    /// them. If one fails, all are undone. The notes are on files that are not complete.
    func commit(
        _ roots: TreeRoots,
        width: Int
    ) async throws -> (notes: [String], hardLinksLeftOut: Int) {
        var notes: [String] = []
        var transaction = RenameTransaction(roots)
        do throws(FileError) {
            for rename in renames { try transaction.apply(rename) }
            transaction.reset()
            for link in hardLinks where try !transaction.apply(link, roots) {
                notes.append(
                    "'\(link.path.text)' was left out, because the file that it links to was left"
                        + " out"
                )
            }
        } catch {
            let failures = transaction.undo()
            let files = failures == 1 ? "1 file" : "\(failures) files"
            let rest = failures == 0 ? "" : "; \(files) could not be put back"
            throw CacheError(.tree, error.description + rest)
        }
        let hardLinksLeftOut = notes.count
        notes += try await transaction.removeOldFiles(roots, width)
        return (notes + (try await updateMetadata(roots, width)), hardLinksLeftOut)
    }

    /// Sets the modes and times of directories and links; returns a note for each failure.
    private func updateMetadata(_ roots: TreeRoots, _ width: Int) async throws -> [String] {
        let changed = changedDirectories
        let updates = metadataUpdates.filter { !$0.isUpToDate || changed.contains($0.path) }
        let accessible = updates.filter { !$0.removesAccess }
        var notes = try await roots.forEach(accessible, width, mustEnd: true) { $0.apply(&$1) }
        // A directory can become inaccessible by its mode, so the deepest ones come first.
        let inaccessible = updates.filter(\.removesAccess)
        let levels = Dictionary(grouping: inaccessible) { $0.path.bytes.count { $0 == slash } }
        for level in levels.keys.sorted(by: >) {
            notes += try await roots.forEach(levels[level] ?? [], width, mustEnd: true) {
                $0.apply(&$1)
            }
        }
        return notes
    }

    /// Collects a stamp for each of the manifest's entries; `nil` for a file that is not known.
    func stamps(
        _ extracted: [(entry: Int, stamp: InodeStamp)],
        _ manifest: Manifest,
        _ roots: TreeRoots
    ) -> [InodeStamp?] {
        var stamps = stamps
        for (entry, stamp) in extracted { stamps[entry] = stamp }
        var cursor = TreeCursor(roots)
        for target in targets {
            guard let path = target.finalPath,
                let (directory, name) = try? cursor.parent(of: path),
                let status = try? directory.status(name), status.modified == target.modified
            else { continue }
            stamps[target.entry] = InodeStamp(status)
        }
        // Another hard link changes the status of the file.
        let linked = Set(hardLinks.map(\.first))
        for index in stamps.indices where linked.contains(manifest.entries[index].path) {
            stamps[index] = nil
        }
        return stamps
    }
}

extension RestorePlan.MetadataUpdate {
    /// Whether the owner of the directory loses access to it.
    fileprivate var removesAccess: Bool { mode.map { $0 & 0o700 != 0o700 } ?? false }

    /// Sets the mode and time; returns an error, but not that the path does not exist any more.
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
