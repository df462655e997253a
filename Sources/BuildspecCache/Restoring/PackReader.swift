/// Reads blobs of an entry one after the other, with the packs that were used last at hand.
struct PackReader {
    private let reader: EntryReader
    private let packs: [Manifest.Pack]
    /// Unpacked tars by pack, the one used last at the end.
    private var tars: [(pack: Int, bytes: [UInt8])] = []

    /// About as many bytes of tars stay in memory.
    private static let room = 96 << 20

    init(_ reader: EntryReader, _ packs: [Manifest.Pack]) {
        self.reader = reader
        self.packs = packs
    }

    /// The bytes of a blob, verified to be what the manifest says.
    mutating func bytes(of blob: Manifest.Blob) async throws(CacheError) -> ArraySlice<UInt8> {
        try await fetch(blob.pack)
        let pack = packs[blob.pack]
        let tar = tars[tars.count - 1].bytes
        let range = blob.offset..<blob.offset + blob.size
        guard ContentDigest(of: tar, range) == blob.digest else {
            throw .damaged("'\(pack.name)' holds another content at \(blob.offset) than it should")
        }
        return tar[range]
    }

    /// Makes the pack the last one of the shelf.
    private mutating func fetch(_ index: Int) async throws(CacheError) {
        if let place = tars.lastIndex(where: { $0.pack == index }) {
            tars.append(tars.remove(at: place))
            return
        }
        let pack = packs[index]
        var held = tars.reduce(0) { $0 + $1.bytes.count } + pack.contentSize
        while held > PackReader.room, let first = tars.first {
            held -= first.bytes.count
            tars.removeFirst()
        }
        let stored = try await reader.readVerified(pack.name, pack.digest, limit: pack.storedSize)
        let tar = try pack.codec.decode(stored, limit: pack.contentSize)
        guard tar.count == pack.contentSize else {
            throw .damaged("'\(pack.name)' does not hold what the manifest says")
        }
        tars.append((index, tar))
    }
}
