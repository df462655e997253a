internal import BuildspecFiles

/// Gives new things their names, and takes all of it back when one of them cannot have its own.
///
/// What stood in a place changes places with what is new, so at every moment there is the one or the
/// other, whole; it is removed when everything is in place. A file system that cannot exchange names
/// replaces at once, and what was replaced there cannot be brought back.
struct RenameTransaction {
    /// Something that has its name.
    private struct Done: Sendable {
        var directory: PathBytes
        var temporary: [UInt8]
        var name: [UInt8]
        /// What became of what stood there.
        var old: Old

        var place: PathBytes { directory.appending(name) }
    }

    private enum Old: Sendable {
        case none
        case underTemporaryName
        case gone
    }

    private var cursor: TreeCursor
    private var done: [Done] = []

    init(_ roots: TreeRoots) {
        cursor = TreeCursor(roots)
    }

    /// Forgets open directories, because what the names mean has changed.
    mutating func reset() {
        cursor.reset()
    }

    /// Renames what is staged to its place.
    mutating func place(_ placement: RestorePlan.PlannedRename) throws(FileError) {
        let path = placement.directory.appending(placement.temporary)
        let (directory, _) = try cursor.parent(of: path)
        try place(placement, in: directory)
    }

    /// Makes a hard link and puts it in its place.
    ///
    /// - Returns: `false` if the file is not there, because it was itself left out.
    mutating func place(
        _ link: RestorePlan.HardLink,
        _ roots: TreeRoots
    ) throws(FileError) -> Bool {
        var other = TreeCursor(roots)
        guard let (source, first) = try? other.parent(of: link.first),
            try source.status(first)?.kind == .regular,
            let (directory, name) = try? cursor.parent(of: link.path)
        else { return false }
        let temporary = TemporaryName.next()
        try directory.makeHardLink(temporary, to: first, in: source)
        let placement = RestorePlan.PlannedRename(
            directory: PathBytes(Array(link.path.split.directory)),
            temporary: temporary,
            name: Array(name),
            removesFirst: false
        )
        do throws(FileError) {
            try place(placement, in: directory)
        } catch {
            try? directory.removeFile(temporary)
            throw error
        }
        return true
    }

    private mutating func place(
        _ placement: RestorePlan.PlannedRename,
        in directory: DirectoryHandle
    ) throws(FileError) {
        let (temporary, name) = (placement.temporary, placement.name)
        var old = Old.none
        if let status = try directory.status(name) {
            if status.kind == .directory, try !directory.directory(name).names().isEmpty {
                throw FileError("replace", directory.path.appending(name).text, number: notEmpty)
            }
            if try directory.exchange(temporary, name) {
                old = .underTemporaryName
            } else {
                if placement.removesFirst { try RenameTransaction.remove(name, in: directory) }
                try directory.rename(temporary, to: name)
                old = .gone
            }
        } else {
            try directory.rename(temporary, to: name)
        }
        done.append(
            Done(directory: placement.directory, temporary: temporary, name: name, old: old)
        )
    }

    /// Takes everything back, the last first.
    ///
    /// - Returns: how many names could not be given back.
    mutating func undo() -> Int {
        // What was renamed may be a directory that is held open under its old name.
        cursor.reset()
        var failures = 0
        for item in done.reversed() {
            let path = item.directory.appending(item.temporary)
            do throws(FileError) {
                let (directory, temporary) = try cursor.parent(of: path)
                switch item.old {
                case .none: try directory.rename(item.name, to: temporary)
                case .underTemporaryName: _ = try directory.exchange(temporary, item.name)
                case .gone: failures += 1
                }
                if item.old != .gone { try? directory.removeTree(temporary) }
            } catch {
                failures += 1
            }
        }
        return failures
    }

    /// Removes what stood in the places.
    ///
    /// - Returns: what could not be removed, one line each.
    func finish(_ roots: TreeRoots, _ width: Int) async throws -> [String] {
        let old = done.filter { $0.old == .underTemporaryName }
        return try await roots.forEach(old, width, mustEnd: true) { item, cursor in
            do throws(FileError) {
                let path = item.directory.appending(item.temporary)
                let (directory, temporary) = try cursor.parent(of: path)
                try RenameTransaction.remove(temporary, in: directory)
                return nil
            } catch {
                return "\(error); it is what stood in the place of '\(item.place.text)'"
            }
        }
    }

    /// Removes a file or an empty directory.
    private static func remove(
        _ name: some Collection<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) {
        guard let status = try directory.status(name) else { return }
        if status.kind == .directory {
            try directory.removeDirectory(name)
        } else {
            try directory.removeFile(name)
        }
    }
}
