internal import BuildspecFiles

/// The parts of a plan, except the files of packs.
extension RestorePlan {
    /// The number and content bytes of the files that are left out.
    struct LeftOutFiles {
        private(set) var files = 0
        private(set) var bytes: UInt64 = 0

        /// Adds an entry; only files count.
        mutating func add(_ kind: Manifest.Kind) {
            switch kind {
            case .directory, .link: break
            case .hardLink: files += 1
            case .file(let size, _):
                files += 1
                bytes = bytes.addingClamped(size)
            }
        }
    }

    /// The rename of a new file, link or directory from its temporary name to its final name.
    struct PlannedRename {
        /// The directory, which exists already.
        var directory: PathBytes
        var temporary: [UInt8]
        var name: [UInt8]
        /// Whether the old file must be removed first, because it is of another kind.
        var removesFirst: Bool

        var temporaryPath: PathBytes { directory.appending(temporary) }
    }

    /// The mode and time of a directory or link, which are set after all renames.
    struct MetadataUpdate {
        var path: PathBytes
        var mode: UInt32?
        var modified: FileTime
        /// Whether mode and time are right already, unless the restore changes the directory.
        var isUpToDate: Bool
    }

    /// A directory that does not exist yet.
    struct NewDirectory {
        /// The temporary path.
        var path: PathBytes
        /// Whether a file is written in or below the directory, which makes the directory.
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
    /// Whether a file has the size, mode and time of an entry, and with `verify` also its content.
    func isUnchanged(_ entry: Manifest.Entry, _ status: FileStatus) throws(FileError) -> Bool {
        guard status.modified == entry.modified, status.mode == entry.mode,
            case .file(let size, let blobs) = entry.kind, status.size == size
        else { return false }
        if !verify { return true }
        var cursor = TreeCursor(roots)
        let (directory, name) = try cursor.parent(of: entry.path)
        return try OpenFile.reading(name, in: directory).matches(blobs)
    }
}

extension OpenFile {
    /// Whether the file begins with these blobs, one after the other; also `false` in a cancelled
    /// task, which the caller must check.
    func matches(_ blobs: BlobList) throws(FileError) -> Bool {
        var offset: UInt64 = 0
        for blob in blobs {
            if Task.isCancelled { return false }
            var bytes: [UInt8] = []
            let count = try read(blob.size, at: offset, appendingTo: &bytes)
            guard count == blob.size, ContentDigest(of: bytes) == blob.digest else {
                return false
            }
            offset += UInt64(count)
        }
        return true
    }
}
