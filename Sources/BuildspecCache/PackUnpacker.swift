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
        let tar = try content(of: stored, pack, wanted: writes)
        var cursor = TreeCursor(roots)
        var unpacked = Unpacked(fetched: UInt64(stored.count))
        for write in writes {
            let target = targets[write.target]
            let (directory, name) = try cursor.parent(of: target.path)
            let bytes = tar.span.extracting(write.offset..<write.offset + write.size)
            if target.isChunked {
                let file = try OpenFile.writing(name, in: directory)
                try file.write(bytes, at: write.fileOffset)
            } else {
                let file = try OpenFile.creating(name, in: directory, mode: target.mode)
                try file.write(bytes, at: 0)
                try file.setMode(target.mode)
                try file.setModified(target.modified)
                if target.finalPath == nil {
                    unpacked.marks.append((target.entry, StatIndex.Mark(try file.status())))
                }
            }
        }
        return unpacked
    }

    /// The pack's tar; of a zstd pack only the frames that are wanted are filled in.
    private func content(
        of stored: [UInt8],
        _ pack: Manifest.Pack,
        wanted: [Write]
    ) throws(CacheError) -> [UInt8] {
        let wrongSize = CacheError.damaged("'\(pack.name)' does not hold what the manifest says")
        guard pack.codec == .zstd else {
            let tar = try pack.codec.decode(stored, limit: pack.contentSize)
            guard tar.count == pack.contentSize else { throw wrongSize }
            return tar
        }
        let frames = try ZstandardCodec.frames(of: stored, limit: pack.contentSize)
        guard frames.last?.content.upperBound == pack.contentSize else { throw wrongSize }
        var tar = [UInt8](repeating: 0, count: pack.contentSize)
        var next = wanted[...]
        let needed = frames.filter { frame in
            while let write = next.first, write.offset + write.size <= frame.content.lowerBound {
                next.removeFirst()
            }
            guard let write = next.first else { return false }
            return write.offset < frame.content.upperBound
        }
        try ZstandardCodec.decode(needed, of: stored, into: &tar)
        return tar
    }
}
