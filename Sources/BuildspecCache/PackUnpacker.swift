internal import BuildspecFiles

/// Fetches a pack, verifies it, unpacks what is wanted of it and writes the files.
struct PackUnpacker: Sendable {
    /// A run of a pack's content that belongs into a file.
    struct Write: Sendable {
        var offset: Int
        var size: Int
        var digest: ContentDigest
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
    /// The packs of which parts may be read.
    var proven = ProvenPacks()

    /// What unpacking a pack did.
    struct Unpacked: Sendable {
        /// How many stored bytes were fetched.
        var fetched: UInt64 = 0
        /// What the files that are done look like, by their entries' places.
        var marks: [(entry: Int, mark: StatIndex.Mark)] = []
        /// What was proven by it.
        var proven: [ContentDigest: ProvenPacks.Pack] = [:]

        mutating func add(_ other: Unpacked?) {
            guard let other else { return }
            fetched += other.fetched
            marks += other.marks
            proven.merge(other.proven) { $1 }
        }
    }

    /// Unpacks a pack.
    ///
    /// It is read and proven as a whole, unless little is wanted of one that has been proven before.
    func unpack(_ pack: Manifest.Pack, _ writes: [Write]) async throws -> Unpacked {
        let writes = writes.sorted { ($0.offset, $0.target) < ($1.offset, $1.target) }
        let ranges = writes.map { $0.offset..<$0.offset + $0.size }
        if let (file, frames) = proven.open(pack, in: reader.store) {
            let needed = ZstandardCodec.needed(for: ranges, of: frames)
            let size = needed.reduce(0) { $1.content.isEmpty ? $0 : $0 + $1.stored.count }
            if size < Int(pack.storedSize) / 2 {
                var window = PackWindow(file, needed, pack)
                do {
                    return try write(writes, &window, fetched: UInt64(size), isProven: false)
                } catch let error as CacheError where error.code == .damaged {
                    // Its bytes have changed and its mark has not: the disk is failing. Reading all of
                    // it finds that too, and removes it, so that the next save writes it anew.
                    _ = try await reader.verified(pack.name, pack.digest, limit: pack.storedSize)
                    throw error
                }
            }
        }
        let mark = ProvenPacks.mark(pack, in: reader.store)
        let stored = try await reader.verified(pack.name, pack.digest, limit: pack.storedSize)
        var window = try PackWindow(stored, pack, wanting: ranges)
        let fetched = UInt64(stored.count)
        var unpacked = try write(writes, &window, fetched: fetched, isProven: true)
        if let mark {
            unpacked.proven[pack.digest] = ProvenPacks.Pack(mark: mark, frames: window.allFrames)
        }
        return unpacked
    }

    /// Writes the files; what is not proven by the pack's name is proven one by one.
    private func write(
        _ writes: [Write],
        _ window: inout PackWindow,
        fetched: UInt64,
        isProven: Bool
    ) throws -> Unpacked {
        var cursor = TreeCursor(roots)
        var unpacked = Unpacked(fetched: fetched)
        for write in writes {
            let target = targets[write.target]
            let (directory, name) = try cursor.parent(of: target.path, making: true)
            let range = try window.move(to: write.offset..<write.offset + write.size)
            guard isProven || ContentDigest(of: window.bytes, range) == write.digest else {
                throw CacheError.damaged("a pack does not hold what the manifest says")
            }
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
