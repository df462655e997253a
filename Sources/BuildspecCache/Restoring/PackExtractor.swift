internal import BuildspecFiles

/// An extractor that fetches a pack, verifies it, unpacks the needed part and writes the files.
struct PackExtractor: Sendable {
    /// A blob that is written to a file.
    struct Write: Sendable {
        var offset: Int
        var size: Int
        var digest: ContentDigest
        /// The index of the target.
        var target: Int
        var fileOffset: UInt64

        /// The range of the blob in the pack's tar.
        var range: Range<Int> { offset..<offset + size }

        /// The work of the write in bytes: to make a file takes as long as to write the added ones.
        var work: Int { size + (128 << 10) }
    }

    /// A file that is written under a temporary name, or in a new directory with one.
    struct Target: Sendable {
        /// The index of the entry in the manifest.
        var entry: Int
        /// The directory that the file is written in, and its name there.
        var directory: PathBytes
        var name: ArraySlice<UInt8>
        /// The path that the file is renamed to; `nil` if a directory above it is renamed instead.
        var finalPath: PathBytes?
        var mode: UInt32
        var modified: FileTime
        /// Whether the file has several blobs or none, and so is made before they are written.
        var isChunked: Bool
    }

    private static let sliceCount = 4
    /// The least work in a slice.
    private static let smallestSlice = 8 << 20

    let reader: EntryReader
    let roots: TreeRoots
    let targets: [Target]
    /// The packs of which parts can be read.
    var verified = VerifiedPacks()
    /// Whether the manifest is known to be correct, so that an undamaged pack has all its blobs.
    var isManifestCorrect = false

    struct Extraction: Sendable {
        /// The number of stored bytes that were fetched.
        var fetched: UInt64 = 0
        /// The stamps of the written files, with the indices of their entries.
        var stamps: [(entry: Int, stamp: InodeStamp)] = []
        var verified: [ContentDigest: VerifiedPacks.Pack] = [:]

        mutating func add(_ other: Extraction?) {
            guard let other else { return }
            fetched += other.fetched
            stamps += other.stamps
            verified.merge(other.verified) { $1 }
        }
    }

    /// Extracts files from a pack, which is read and verified as a whole, unless it was verified
    /// before and little of it is needed.
    func extract(_ pack: Manifest.Pack, _ writes: [Write]) async throws -> Extraction {
        let writes = writes.sorted { ($0.offset, $0.target) < ($1.offset, $1.target) }
        let ranges = writes.map(\.range)
        if let (file, frames) = verified.open(pack, in: reader.stores.onlyLocal) {
            let needed = ZstandardCodec.needed(for: ranges, of: frames)
            let size = needed.reduce(0) { $1.content.isEmpty ? $0 : $0 + $1.stored.count }
            if size < Int(pack.storedSize) / 2 {
                let source = PackSource(file, frames, pack)
                do {
                    var extraction = try write(writes[...], from: source, isVerified: false)
                    extraction.fetched = UInt64(size)
                    return extraction
                } catch let error where PackExtractor.isDamage(error) {
                    // If the bytes have changed and the stamp has not, the disk is failing. To read
                    // the whole pack finds that too, and deletes the pack, so that the next save
                    // writes it again.
                    _ = try await reader.readVerified(
                        pack.name,
                        pack.digest,
                        limit: pack.storedSize
                    )
                    throw error
                }
            }
        }
        let stamp = VerifiedPacks.stamp(pack, in: reader.stores.onlyLocal)
        let source = try await reader.pack(pack)
        var extraction = try await write(writes, from: source)
        extraction.fetched = UInt64(source.bytesRead)
        if let stamp {
            extraction.verified[pack.digest] = VerifiedPacks.Pack(
                stamp: stamp,
                frames: source.frames
            )
        }
        return extraction
    }

    /// Writes files in parallel slices, because few packs are left at the end of a restore.
    private func write(_ writes: [Write], from source: PackSource) async throws -> Extraction {
        try await withThrowingTaskGroup(of: Extraction.self) { tasks in
            for slice in PackExtractor.slices(writes) {
                tasks.addTask { try write(slice, from: source, isVerified: isManifestCorrect) }
            }
            return try await tasks.reduce(into: Extraction()) { $0.add($1) }
        }
    }

    /// Groups writes into slices of about the same work.
    static func slices(_ writes: [Write]) -> [ArraySlice<Write>] {
        let least = (writes.reduce(0) { $0 + $1.work } + sliceCount - 1) / sliceCount
        var (start, work) = (0, 0)
        var parts: [ArraySlice<Write>] = []
        for (index, write) in writes.enumerated() {
            work += write.work
            guard work >= max(least, smallestSlice) || index == writes.count - 1 else { continue }
            parts.append(writes[start...index])
            (start, work) = (index + 1, 0)
        }
        return parts
    }

    private static func isDamage(_ error: any Error) -> Bool {
        error is MismatchedContent || (error as? CacheError)?.code == .damaged
    }

    /// Writes files, and compares each blob with its digest unless `isVerified`.
    private func write(
        _ writes: ArraySlice<Write>,
        from source: PackSource,
        isVerified: Bool
    ) throws -> Extraction {
        var cursor = TreeCursor(roots)
        var slice = PackSlice(source, wanting: writes.map(\.range))
        var extraction = Extraction()
        for write in writes {
            try Task.checkCancellation()
            let target = targets[write.target]
            let directory = try cursor.directory(target.directory.bytes[...], making: true)
            let range = try slice.move(to: write.range)
            guard isVerified || ContentDigest(of: slice.bytes, range) == write.digest else {
                throw MismatchedContent(pack: source.name, offset: write.offset)
            }
            let bytes = slice.bytes.span.extracting(range)
            if target.isChunked {
                let file = try OpenFile.writing(target.name, in: directory)
                try file.write(bytes, at: write.fileOffset)
            } else {
                let file = try OpenFile.creating(target.name, in: directory, mode: target.mode)
                try file.write(bytes, at: 0)
                try file.setModified(target.modified)
                var status = try file.status()
                if status.mode != target.mode {
                    // The umask removed bits, or the mode has bits that a new file cannot get.
                    try file.setMode(target.mode)
                    status = try file.status()
                }
                if target.finalPath == nil {
                    extraction.stamps.append((target.entry, InodeStamp(status)))
                }
            }
        }
        return extraction
    }
}
