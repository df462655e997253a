internal import BuildspecFiles

/// A writer of packs with the contents of an archive, in the archive's order.
struct ImportPacks {
    /// The packs that are written.
    private(set) var packs: [Manifest.Pack] = []
    /// The number of bytes that the packs added to the store.
    private(set) var addedBytes: UInt64 = 0

    private let writer: ObjectWriter
    private var tar: [UInt8] = []
    private var known: [ContentDigest: Manifest.Blob] = [:]

    init(_ writer: ObjectWriter) { self.writer = writer }

    /// Stores the content of the reader's current member.
    mutating func store(
        _ path: PathBytes,
        size: UInt64,
        from reader: inout TarReader
    ) async throws -> BlobList {
        if size == 0 { return [] }
        var buffer: [UInt8] = []
        if size <= UInt64(Limits.wholeFile) {
            try ImportPacks.fill(&buffer, to: Int(size), from: &reader)
            return BlobList(try await add(path, buffer[...]))
        }
        // Chunks end where a save would end them.
        let chunker = Chunker(forFileOf: size)
        var blobs = BlobList()
        var offset: UInt64 = 0
        while offset < size {
            let wanted = Int(min(size - offset, UInt64(chunker.largest)))
            try ImportPacks.fill(&buffer, to: wanted, from: &reader)
            let end = chunker.end(of: buffer, from: 0)
            blobs.append(try await add(TarFormat.chunkName(path, at: offset), buffer[..<end]))
            buffer.removeFirst(end)
            offset += UInt64(end)
        }
        return blobs
    }

    /// Writes the last pack.
    mutating func finish() async throws {
        guard !tar.isEmpty else { return }
        TarFormat.finish(&tar)
        let written = try await writer.writePack(tar)
        packs.append(written.pack)
        addedBytes += written.added
        tar = []
    }

    private static func fill(
        _ buffer: inout [UInt8],
        to count: Int,
        from reader: inout TarReader
    ) throws {
        while buffer.count < count {
            let part = try reader.content(upTo: count - buffer.count)
            guard !part.isEmpty else { throw ArchiveInput.truncated }
            buffer.append(contentsOf: part)
        }
    }

    private mutating func add(
        _ name: PathBytes,
        _ content: ArraySlice<UInt8>
    ) async throws -> Manifest.Blob {
        let digest = ContentDigest(of: Array(content))
        let size = content.count
        if let blob = known[digest], blob.size == size { return blob }
        let offset = TarFormat.append(name, content, to: &tar)
        let blob = Manifest.Blob(digest: digest, pack: packs.count, offset: offset, size: size)
        known[digest] = blob
        if tar.count >= Limits.packTarget { try await finish() }
        return blob
    }
}
