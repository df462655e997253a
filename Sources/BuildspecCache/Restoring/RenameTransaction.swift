internal import BuildspecFiles

/// The renames of new files to their final names, all of which are undone if one fails.
///
/// The old file and the new one exchange names, so that at every moment there is one of them,
/// whole; the old file is removed after all renames. If a file system cannot exchange names, the
/// new file replaces the old one, and the old one cannot be restored.
struct RenameTransaction {
    /// The state of the old file with the final name.
    private enum OldFile: Sendable {
        case none
        case underTemporaryName
        case lost
    }

    private var cursor: TreeCursor
    private var completed: [(rename: RestorePlan.PlannedRename, oldFile: OldFile)] = []

    init(_ roots: TreeRoots) { cursor = TreeCursor(roots) }

    /// Closes the open directories, because their names have changed.
    mutating func reset() { cursor.reset() }

    mutating func apply(_ rename: RestorePlan.PlannedRename) throws(FileError) {
        let (directory, _) = try cursor.parent(of: rename.temporaryPath)
        try apply(rename, in: directory)
    }

    /// Makes a hard link with its final name; returns `false` if the linked file was left out.
    mutating func apply(
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
        let rename = RestorePlan.PlannedRename(
            directory: PathBytes(Array(link.path.split.directory)),
            temporary: temporary,
            name: Array(name),
            removesFirst: false
        )
        do throws(FileError) {
            try apply(rename, in: directory)
        } catch {
            try? directory.removeFile(temporary)
            throw error
        }
        return true
    }

    private mutating func apply(
        _ rename: RestorePlan.PlannedRename,
        in directory: DirectoryHandle
    ) throws(FileError) {
        let (temporary, name) = (rename.temporary, rename.name)
        var oldFile = OldFile.none
        if let status = try directory.status(name) {
            if status.kind == .directory, try !directory.directory(name).names().isEmpty {
                let path = directory.path.appending(name)
                throw FileError("replace", path.text, number: FileError.directoryNotEmpty)
            }
            if try directory.exchange(temporary, name) {
                oldFile = .underTemporaryName
            } else {
                if rename.removesFirst { try RenameTransaction.remove(name, in: directory) }
                try directory.rename(temporary, to: name)
                oldFile = .lost
            }
        } else {
            try directory.rename(temporary, to: name)
        }
        completed.append((rename, oldFile))
    }

    /// Undoes all renames, the last one first; returns how many old files are not restored.
    mutating func undo() -> Int {
        // A renamed directory can be open under its old name.
        cursor.reset()
        var failures = 0
        for (rename, oldFile) in completed.reversed() {
            do throws(FileError) {
                let (directory, temporary) = try cursor.parent(of: rename.temporaryPath)
                switch oldFile {
                case .none: try directory.rename(rename.name, to: temporary)
                case .underTemporaryName: _ = try directory.exchange(temporary, rename.name)
                case .lost: failures += 1
                }
                if oldFile != .lost { try? directory.removeTree(temporary) }
            } catch {
                failures += 1
            }
        }
        return failures
    }

    /// Removes the old files; returns a line for each one that could not be removed.
    func removeOldFiles(_ roots: TreeRoots, _ width: Int) async throws -> [String] {
        let replaced = completed.filter { $0.oldFile == .underTemporaryName }.map(\.rename)
        return try await roots.forEach(replaced, width, mustEnd: true) { rename, cursor in
            do throws(FileError) {
                let (directory, temporary) = try cursor.parent(of: rename.temporaryPath)
                try RenameTransaction.remove(temporary, in: directory)
                return nil
            } catch {
                let path = rename.directory.appending(rename.name)
                return "\(error); it is the old file of '\(path.text)'"
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
