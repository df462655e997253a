/// A reader of single blobs of an entry, which keeps the packs that were used last.
struct PackReader {
    private let reader: EntryReader
    private let packs: [Manifest.Pack]
    /// The unpacked tars by pack, the last used one at the end.
    private var tars: [(pack: Int, bytes: [UInt8])] = []

    /// The approximate number of bytes of tars that stay in memory.
    private static let capacity = 96 << 20

    init(_ reader: EntryReader, _ packs: [Manifest.Pack]) {
        self.reader = reader
        self.packs = packs
    }

    /// Reads the bytes of a blob and compares them with its digest.
    mutating func bytes(of blob: Manifest.Blob) async throws -> ArraySlice<UInt8> {
        try await fetch(blob.pack)
        let pack = packs[blob.pack]
        let tar = tars[tars.count - 1].bytes
        let range = blob.offset..<blob.offset + blob.size
        guard ContentDigest(of: tar, range) == blob.digest else {
            throw MismatchedContent(pack: pack.name, offset: blob.offset).damage
        }
        return tar[range]
    }

    /// Moves a pack to the end of the tars, and fetches it if it is not there.
    private mutating func fetch(_ index: Int) async throws {
        if let position = tars.lastIndex(where: { $0.pack == index }) {
            tars.append(tars.remove(at: position))
            return
        }
        let pack = packs[index]
        var size = tars.reduce(0) { $0 + $1.bytes.count } + pack.contentSize
        while size > PackReader.capacity, let first = tars.first {
            size -= first.bytes.count
            tars.removeFirst()
        }
        let all = 0..<pack.contentSize
        var slice = PackSlice(try await reader.pack(pack), wanting: [all])
        _ = try slice.move(to: all)
        tars.append((index, slice.bytes))
    }
}
