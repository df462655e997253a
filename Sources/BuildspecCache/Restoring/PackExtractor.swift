internal import BuildspecFiles

/// Fetches a pack, verifies it, unpacks what is wanted of it and writes the files.
struct PackExtractor: Sendable {
    /// A run of a pack's content that belongs into a file.
    struct Write: Sendable {
        var offset: Int
        var size: Int
        var digest: ContentDigest
        /// Index of the target.
        var target: Int
        /// Where in the target's file.
        var fileOffset: UInt64

        /// The run, in the pack's tar.
        var range: Range<Int> { offset..<offset + size }

        /// How long it takes, in bytes that could be written meanwhile.
        ///
        /// To make a file takes as long as to write so many; so does to find it in a pack of which few
        /// files are wanted.
        var work: Int { size + (128 << 10) }
    }

    /// A file that is written beside its place.
    struct Target: Sendable {
        /// The place of its entry in the manifest.
        var entry: Int
        /// The directory that it is written in, and its name there.
        var directory: PathBytes
        var name: ArraySlice<UInt8>
        /// Where it is renamed to; `nil` when a directory above it is renamed instead.
        var finalPath: PathBytes?
        var mode: UInt32
        var modified: FileTime
        /// Whether it is made up of several blobs and exists before they come.
        var isChunked: Bool
    }

    /// How many parts of a pack are written side by side, and the least work in one.
    private static let sliceCount = 4
    private static let smallestSlice = 8 << 20

    let reader: EntryReader
    let roots: TreeRoots
    let targets: [Target]
    /// The packs of which parts may be read.
    var verified = VerifiedPacks()
    /// Whether all that the manifest says of its packs is known to be true, so that a pack that is what its
    /// name promises holds what is wanted.
    var isKnown = false

    /// What unpacking a pack did.
    struct Unpacked: Sendable {
        /// How many stored bytes were fetched.
        var fetched: UInt64 = 0
        /// What the files that are done look like, by their entries' places.
        var stamps: [(entry: Int, stamp: InodeStamp)] = []
        /// What was verified by it.
        var verified: [ContentDigest: VerifiedPacks.Pack] = [:]

        mutating func add(_ other: Unpacked?) {
            guard let other else { return }
            fetched += other.fetched
            stamps += other.stamps
            verified.merge(other.verified) { $1 }
        }
    }

    /// Unpacks a pack.
    ///
    /// It is read and verified as a whole, unless little is wanted of one that has been verified before.
    func unpack(_ pack: Manifest.Pack, _ writes: [Write]) async throws -> Unpacked {
        let writes = writes.sorted { ($0.offset, $0.target) < ($1.offset, $1.target) }
        let ranges = writes.map(\.range)
        if let (file, frames) = verified.open(pack, in: reader.store) {
            let needed = ZstandardCodec.needed(for: ranges, of: frames)
            let size = needed.reduce(0) { $1.content.isEmpty ? $0 : $0 + $1.stored.count }
            if size < Int(pack.storedSize) / 2 {
                let content = PackSource(file, frames, pack)
                do {
                    var unpacked = try write(writes[...], from: content, isVerified: false)
                    unpacked.fetched = UInt64(size)
                    return unpacked
                } catch let error where PackExtractor.isDamage(error) {
                    // If its bytes have changed and its stamp has not, the disk is failing. Reading all of
                    // it finds that too, and removes it, so that the next save writes it anew.
                    _ = try await reader.readVerified(pack.name, pack.digest, limit: pack.storedSize)
                    throw error
                }
            }
        }
        let stamp = VerifiedPacks.stamp(pack, in: reader.store)
        let stored = try await reader.readVerified(pack.name, pack.digest, limit: pack.storedSize)
        let content = try PackSource(stored, pack)
        var unpacked = try await write(writes, from: content)
        unpacked.fetched = UInt64(stored.count)
        if let stamp {
            unpacked.verified[pack.digest] = VerifiedPacks.Pack(stamp: stamp, frames: content.frames)
        }
        return unpacked
    }

    /// Writes the files, in slices side by side: at the end of a restore few packs are left.
    private func write(_ writes: [Write], from content: PackSource) async throws -> Unpacked {
        try await withThrowingTaskGroup(of: Unpacked.self) { tasks in
            for slice in PackExtractor.slices(writes) {
                tasks.addTask { try write(slice, from: content, isVerified: isKnown) }
            }
            return try await tasks.reduce(into: Unpacked()) { $0.add($1) }
        }
    }

    /// Cuts writes into slices of about the same work.
    static func slices(_ writes: [Write]) -> [ArraySlice<Write>] {
        let least = (writes.reduce(0) { $0 + $1.work } + sliceCount - 1) / sliceCount
        var (start, work) = (0, 0)
        var parts: [ArraySlice<Write>] = []
        for (place, write) in writes.enumerated() {
            work += write.work
            guard work >= max(least, smallestSlice) || place == writes.count - 1 else { continue }
            parts.append(writes[start...place])
            (start, work) = (place + 1, 0)
        }
        return parts
    }

    private static func isDamage(_ error: any Error) -> Bool {
        error is MismatchedContent || (error as? CacheError)?.code == .damaged
    }

    /// Writes the files; what the pack's name does not verify is verified one by one.
    private func write(
        _ writes: ArraySlice<Write>,
        from content: PackSource,
        isVerified: Bool
    ) throws -> Unpacked {
        var cursor = TreeCursor(roots)
        var window = PackSlice(content, wanting: writes.map(\.range))
        var unpacked = Unpacked()
        for write in writes {
            try Task.checkCancellation()
            let target = targets[write.target]
            let directory = try cursor.directory(target.directory.bytes[...], making: true)
            let range = try window.move(to: write.range)
            guard isVerified || ContentDigest(of: window.bytes, range) == write.digest else {
                throw MismatchedContent(pack: content.name, offset: write.offset)
            }
            let bytes = window.bytes.span.extracting(range)
            if target.isChunked {
                let file = try OpenFile.writing(target.name, in: directory)
                try file.write(bytes, at: write.fileOffset)
            } else {
                let file = try OpenFile.creating(target.name, in: directory, mode: target.mode)
                try file.write(bytes, at: 0)
                try file.setModified(target.modified)
                var status = try file.status()
                if status.mode != target.mode {
                    // The process's mask took bits away, or the mode has more than a new file gets.
                    try file.setMode(target.mode)
                    status = try file.status()
                }
                if target.finalPath == nil {
                    unpacked.stamps.append((target.entry, InodeStamp(status)))
                }
            }
        }
        return unpacked
    }
}
