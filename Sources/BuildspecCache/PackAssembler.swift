internal import BuildspecFiles

/// Decides for every content whether the store has it already and fills packs with what it lacks.
///
/// It is fed in path order and decides by that order alone, so equal trees give equal packs.
struct PackAssembler {
    /// The packs that pieces refer to: the parent's first, then new ones in order.
    private(set) var packs: [Manifest.Pack?]
    /// Content bytes that the store had already.
    private(set) var reusedBytes: UInt64 = 0

    private let parent: ParentEntry?
    private var known: [ContentDigest: Manifest.Piece]?
    private let parentCount: Int
    private var tar: [UInt8] = []

    /// A pack that is full and waits to be compressed and written.
    struct FullPack: Sendable {
        var index: Int
        var tar: [UInt8]
    }

    /// Creates an assembler.
    ///
    /// - Parameter parent: the entry whose contents may be referred to, as far as its packs are in
    ///   the store.
    init(parent: ParentEntry?) {
        self.parent = parent
        packs = parent?.manifest.packs.map { $0 } ?? []
        parentCount = packs.count
        packs.append(nil)
    }

    /// The parent's pieces by their digests; made when the first content comes, which may be never.
    private func parentPieces() -> [ContentDigest: Manifest.Piece] {
        guard let parent else { return [:] }
        var pieces: [ContentDigest: Manifest.Piece] = [:]
        pieces.reserveCapacity(parent.manifest.entries.count)
        for entry in parent.manifest.entries {
            guard case .file(_, let contents) = entry.kind else { continue }
            for piece in contents where parent.packs.contains(piece.pack) {
                pieces[piece.digest] = piece
            }
        }
        return pieces
    }

    /// Adds a content, if it is not known, to the open pack.
    ///
    /// - Parameters:
    ///   - name: the member's name in the pack.
    ///   - content: at most `Limits.wholeFile` bytes, not empty.
    ///   - digest: the content's digest.
    /// - Returns: where the content is or will be, and the pack that it filled, if it did.
    mutating func add(
        _ name: PathBytes,
        _ content: ArraySlice<UInt8>,
        _ digest: ContentDigest
    ) -> (piece: Manifest.Piece, full: FullPack?) {
        if known == nil { known = parentPieces() }
        if let piece = known?[digest], piece.size == content.count {
            if piece.pack < parentCount { reusedBytes += UInt64(content.count) }
            return (piece, nil)
        }
        if tar.isEmpty { tar.reserveCapacity(Limits.packTarget + Limits.wholeFile / 2) }
        let offset = TarFormat.append(name, content, to: &tar)
        let piece = Manifest.Piece(
            digest: digest,
            pack: packs.count - 1,
            offset: offset,
            size: content.count
        )
        known?[digest] = piece
        return (piece, tar.count >= Limits.packTarget ? close() : nil)
    }

    /// Closes the open pack.
    ///
    /// - Returns: the pack, or `nil` if nothing is in it.
    mutating func close() -> FullPack? {
        guard !tar.isEmpty else { return nil }
        TarFormat.finish(&tar)
        let full = FullPack(index: packs.count - 1, tar: tar)
        tar = []
        packs.append(nil)
        return full
    }

    /// Notes what a full pack has become in the store.
    mutating func finish(_ index: Int, _ pack: Manifest.Pack) {
        packs[index] = pack
    }

    /// The manifest of `entries`, which refers only to packs that it uses.
    func manifest(of entries: [Manifest.Entry]) throws(CacheError) -> Manifest {
        var numbers: [Int: Int] = [:]
        for entry in entries {
            guard case .file(_, let pieces) = entry.kind else { continue }
            for piece in pieces { numbers[piece.pack] = 0 }
        }
        var manifest = Manifest()
        for index in numbers.keys.sorted() {
            guard let pack = packs[index] else { throw CacheError(.store, "a pack is not written") }
            numbers[index] = manifest.packs.count
            manifest.packs.append(pack)
        }
        manifest.entries = entries.map { entry in
            guard case .file(let size, let pieces) = entry.kind else { return entry }
            var entry = entry
            entry.kind = .file(
                size: size,
                pieces: pieces.map { piece in
                    var piece = piece
                    piece.pack = numbers[piece.pack] ?? piece.pack
                    return piece
                }
            )
            return entry
        }
        return manifest
    }
}
