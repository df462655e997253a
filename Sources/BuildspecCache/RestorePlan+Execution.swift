internal import BuildspecFiles

extension RestorePlan {
    /// Makes new directories, links, empty files and the files that several packs write to.
    func prepare(_ roots: TreeRoots) throws(FileError) {
        var cursor = TreeCursor(roots)
        for path in unlocks {
            let (directory, name) = try cursor.parent(of: path)
            let mode = try directory.status(name)?.mode ?? 0
            try directory.setMode(name, mode | 0o700)
        }
        for path in directories {
            let (directory, name) = try cursor.parent(of: path)
            try directory.makeDirectory(name)
        }
        for link in links {
            let (directory, name) = try cursor.parent(of: link.path)
            try directory.makeLink(name, to: link.target)
            try directory.setModified(name, link.modified)
        }
        for target in targets where target.isChunked {
            let (directory, name) = try cursor.parent(of: target.path)
            _ = try OpenFile.creating(name, in: directory)
        }
    }

    /// Sets mode and time of the files that several packs have written.
    func finishChunkedFiles(_ roots: TreeRoots) throws(FileError) {
        var cursor = TreeCursor(roots)
        for target in targets where target.isChunked {
            let (directory, name) = try cursor.parent(of: target.path)
            let file = try OpenFile.writing(name, in: directory)
            try file.setMode(target.mode)
            try file.setModified(target.modified)
        }
    }

    /// Removes everything that was staged.
    func discard(_ roots: TreeRoots) {
        var cursor = TreeCursor(roots)
        for placement in placements {
            let path = placement.directory.appending(placement.temporary)
            guard let (directory, name) = try? cursor.parent(of: path) else { continue }
            try? directory.removeTree(name)
        }
        // Directories that were opened up for writing get their modes back.
        for finish in finishes.reversed() where unlocks.contains(finish.path) {
            guard let (directory, name) = try? cursor.parent(of: finish.path) else { continue }
            if let mode = finish.mode { try? directory.setMode(name, mode) }
        }
    }

    /// Renames what was staged to its final names, then sets the modes and times of directories.
    ///
    /// - Returns: what could not be put in place, one line each.
    func putInPlace(_ roots: TreeRoots) throws(FileError) -> [String] {
        var notes: [String] = []
        var cursor = TreeCursor(roots)
        for placement in placements {
            let temporary = placement.directory.appending(placement.temporary)
            let (directory, name) = try cursor.parent(of: temporary)
            do throws(FileError) {
                if placement.removesFirst { try remove(placement.name, in: directory) }
                try directory.rename(name, to: placement.name)
            } catch {
                notes.append("\(error); it was left out")
                try? directory.removeTree(name)
            }
        }
        cursor.reset()
        for link in hardLinks {
            do throws(FileError) {
                try make(link, &cursor, roots)
            } catch {
                notes.append("\(error); it was left out")
            }
        }
        // The deepest first: whatever is done in a directory changes its time.
        let touched = Set(placements.map(\.directory))
            .union(hardLinks.map { PathBytes(Array($0.path.split.directory)) })
            .union(unlocks)
        for finish in finishes.reversed() where !finish.isClean || touched.contains(finish.path) {
            do throws(FileError) {
                try apply(finish, &cursor)
            } catch {
                if error.code != .notFound { notes.append("\(error)") }
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
    /// - Returns: a mark for each of the manifest's entries.
    func marks(
        _ unpacked: [(entry: Int, mark: StatIndex.Mark)],
        _ manifest: Manifest,
        _ roots: TreeRoots
    ) -> [StatIndex.Mark?] {
        var marks = marks
        for (entry, mark) in unpacked { marks[entry] = mark }
        var cursor = TreeCursor(roots)
        for target in targets {
            guard let path = target.finalPath,
                let (directory, name) = try? cursor.parent(of: path),
                let status = try? directory.status(name), status.modified == target.modified
            else { continue }
            marks[target.entry] = StatIndex.Mark(status)
        }
        // A further name is a change of the file that it is given to.
        let renamed = Set(hardLinks.map(\.first))
        for place in marks.indices where renamed.contains(manifest.entries[place].path) {
            marks[place] = nil
        }
        return marks
    }

    /// Removes what stands in the way of something of another kind: a file, or an empty directory.
    private func remove(_ name: [UInt8], in directory: DirectoryHandle) throws(FileError) {
        guard let status = try directory.status(name) else { return }
        if status.kind == .directory {
            try directory.removeDirectory(name)
        } else {
            try directory.removeFile(name)
        }
    }

    private func make(
        _ link: HardLink,
        _ cursor: inout TreeCursor,
        _ roots: TreeRoots
    ) throws(FileError) {
        var other = TreeCursor(roots)
        let (source, first) = try other.parent(of: link.first)
        let (directory, name) = try cursor.parent(of: link.path)
        guard try source.status(first)?.kind == .regular else {
            throw FileError("make the hard link", link.path.text, number: 2)
        }
        let temporary = TemporaryName.next()
        try directory.makeHardLink(temporary, to: first, in: source)
        try directory.rename(temporary, to: name)
        // Renaming a name over another name of the same file does nothing, by POSIX.
        try? directory.removeFile(temporary)
    }

    private func apply(_ finish: Finish, _ cursor: inout TreeCursor) throws(FileError) {
        let (directory, name) = try cursor.parent(of: finish.path)
        guard let status = try directory.status(name) else { return }
        if let mode = finish.mode, status.kind == .directory, status.mode != mode {
            try directory.setMode(name, mode)
        }
        if status.modified != finish.modified { try directory.setModified(name, finish.modified) }
    }
}
