internal import BuildspecFiles

/// What a plan consists of, beside the files of packs.
extension RestorePlan {
    /// Something new under a temporary name, and the name it gets.
    struct PlannedRename {
        /// The directory, which is there already.
        var directory: PathBytes
        var temporary: [UInt8]
        var name: [UInt8]
        /// Whether what stands in the place must go first, because it is of another kind.
        var removesFirst: Bool
    }

    /// A directory or link whose mode and time are set at the very end.
    struct Finish {
        var path: PathBytes
        var mode: UInt32?
        var modified: FileTime
        /// Whether they are right already, unless something is placed in the directory.
        var isClean: Bool
    }

    /// A directory that is not there yet.
    struct NewDirectory {
        /// Its temporary path.
        var path: PathBytes
        /// Whether a file is written into it or below it, which makes it.
        var isFilled = false
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
}

extension RestorePlan {
    /// Whether a file is the entry's by its size, mode and time, and with `verify` by its content.
    func isUnchanged(
        _ entry: Manifest.Entry,
        _ status: FileStatus
    ) throws(FileError) -> Bool {
        guard status.modified == entry.modified, status.mode == entry.mode,
            case .file(let size, let blobs) = entry.kind, status.size == size
        else { return false }
        if !verify { return true }
        var cursor = TreeCursor(roots)
        let (directory, name) = try cursor.parent(of: entry.path)
        return try OpenFile.reading(name, in: directory).holds(blobs)
    }
}
