internal import BuildspecFiles

/// Fetches a pack, verifies it, unpacks what is wanted of it and writes the files.
struct PackUnpacker: Sendable {
    /// A run of a pack's content that belongs into a file.
    struct Write: Sendable {
        var offset: Int
        var size: Int
        /// Index of the target.
        var target: Int
        /// Where in the target's file.
        var fileOffset: UInt64
    }

    /// A file that is written beside its place.
    struct Target: Sendable {
        /// The place of its entry in the manifest.
        var entry: Int
        /// Where it is written.
        var path: PathBytes
        /// Where it is renamed to; `nil` when a directory above it is renamed instead.
        var finalPath: PathBytes?
        var mode: UInt32
        var modified: FileTime
        /// Whether it is made up of several pieces and exists before they come.
        var isChunked: Bool
    }

    let reader: EntryReader
    let roots: TreeRoots
    let targets: [Target]

    /// What unpacking a pack did.
    struct Unpacked: Sendable {
        /// How many stored bytes were fetched.
        var fetched: UInt64
        /// What the files that are done look like, by their entries' places.
        var marks: [(entry: Int, mark: StatIndex.Mark)] = []
    }

    /// Unpacks a pack.
    func unpack(_ pack: Manifest.Pack, _ writes: [Write]) async throws -> Unpacked {
        let stored = try await reader.verified(pack.name, pack.digest, limit: pack.storedSize)
        let writes = writes.sorted { ($0.offset, $0.target) < ($1.offset, $1.target) }
        var window = try PackWindow(stored, pack)
        var cursor = TreeCursor(roots)
        var unpacked = Unpacked(fetched: UInt64(stored.count))
        for write in writes {
            let target = targets[write.target]
            let (directory, name) = try cursor.parent(of: target.path)
            let range = try window.move(to: write.offset..<write.offset + write.size)
            let bytes = window.bytes.span.extracting(range)
            if target.isChunked {
                let file = try OpenFile.writing(name, in: directory)
                try file.write(bytes, at: write.fileOffset)
            } else {
                let file = try OpenFile.creating(name, in: directory, mode: target.mode)
                try file.write(bytes, at: 0)
                try file.setModified(target.modified)
                var status = try file.status()
                if status.mode != target.mode {
                    // The process's mask took bits away, or the mode has more than a new file gets.
                    try file.setMode(target.mode)
                    status = try file.status()
                }
                if target.finalPath == nil {
                    unpacked.marks.append((target.entry, StatIndex.Mark(status)))
                }
            }
        }
        return unpacked
    }
}
