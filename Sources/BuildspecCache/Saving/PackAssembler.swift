internal import BuildspecFiles

/// Decides for every content whether the store has it already and fills packs with what it lacks.
///
/// It is fed in path order and decides by that order alone, so equal trees give equal packs.
struct PackAssembler {
    /// The packs that blobs refer to: the parent's first, then new ones in order.
    private(set) var packs: [Manifest.Pack?]
    /// Content bytes that the store had already.
    private(set) var reusedBytes: UInt64 = 0

    private let parent: ParentEntry?
    private var known: [ContentDigest: Manifest.Blob]?
    private let parentCount: Int
    /// The length of the open pack's tar so far.
    private var length = 0
    /// Members of the open pack that wait until they are worth a part.
    private var open: [UInt8] = []

    /// Something that is ready to be compressed, or a pack that is complete.
    enum Output: Sendable {
        case part(pack: Int, [UInt8])
        case closed(pack: Int, contentSize: Int)
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

    /// The parent's blobs by their digests; made when the first content comes, which may be never.
    private func parentBlobs() -> [ContentDigest: Manifest.Blob] {
        guard let parent else { return [:] }
        var blobs: [ContentDigest: Manifest.Blob] = [:]
        blobs.reserveCapacity(parent.manifest.entries.count)
        for entry in parent.manifest.entries {
            guard case .file(_, let contents) = entry.kind else { continue }
            for blob in contents where parent.packs.contains(blob.pack) {
                blobs[blob.digest] = blob
            }
        }
        return blobs
    }

    /// Adds the contents of a part that are not known yet to the open pack.
    ///
    /// - Parameters:
    ///   - part: the contents, in path order.
    ///   - found: told of every member where its content is or will be.
    /// - Returns: what became ready by it, in order.
    mutating func add(
        _ part: consuming TarPart,
        _ found: (TarPart.Member, Manifest.Blob) -> Void
    ) -> [Output] {
        if known == nil { known = parentBlobs() }
        var kept: [Range<Int>] = []
        var keptCount = 0
        for member in part.members {
            let size = member.content.count
            if let blob = known?[member.digest], blob.size == size {
                if blob.pack < parentCount { reusedBytes += UInt64(size) }
                found(member, blob)
                continue
            }
            let blob = Manifest.Blob(
                digest: member.digest,
                pack: packs.count - 1,
                offset: length + keptCount + member.content.lowerBound - member.extent.lowerBound,
                size: size
            )
            known?[member.digest] = blob
            kept.append(member.extent)
            keptCount += member.extent.count
            found(member, blob)
        }
        length += keptCount
        return take(part.bytes, kept, isWhole: keptCount == part.bytes.count)
    }

    /// Takes the kept members of a part: all of it as it is, or copies into the open part.
    private mutating func take(
        _ bytes: consuming [UInt8],
        _ kept: [Range<Int>],
        isWhole: Bool
    ) -> [Output] {
        guard !kept.isEmpty else { return [] }
        var outputs: [Output] = []
        if isWhole, open.isEmpty {
            outputs.append(.part(pack: packs.count - 1, bytes))
        } else {
            if open.isEmpty { open.reserveCapacity(TarPart.target + bytes.count) }
            for range in kept { open.append(contentsOf: bytes[range]) }
            if open.count >= TarPart.target { outputs.append(flush()) }
        }
        return length >= Limits.packTarget ? outputs + close() : outputs
    }

    /// Closes the open pack, unless nothing is in it.
    ///
    /// - Returns: its last part, and that it is complete.
    mutating func close() -> [Output] {
        guard length > 0 else { return [] }
        let start = open.count
        TarFormat.finish(&open)
        let contentSize = length + open.count - start
        let outputs = [flush(), .closed(pack: packs.count - 1, contentSize: contentSize)]
        length = 0
        packs.append(nil)
        return outputs
    }

    private mutating func flush() -> Output {
        defer { open = [] }
        return .part(pack: packs.count - 1, open)
    }

    /// Notes what a full pack has become in the store.
    mutating func finish(_ index: Int, _ pack: Manifest.Pack) {
        packs[index] = pack
    }

    /// The manifest of `entries`, which refers only to packs that it uses.
    func manifest(of entries: [Manifest.Entry]) throws(CacheError) -> Manifest {
        var isUsed = Array(repeating: false, count: packs.count)
        for entry in entries {
            guard case .file(_, let blobs) = entry.kind else { continue }
            for blob in blobs { isUsed[blob.pack] = true }
        }
        var manifest = Manifest()
        var numbers = Array(packs.indices)
        for (index, pack) in packs.enumerated() where isUsed[index] {
            guard let pack else { throw CacheError(.store, "a pack is not written") }
            numbers[index] = manifest.packs.count
            manifest.packs.append(pack)
        }
        manifest.entries = entries
        // Most often the numbers stay what they are.
        if numbers != Array(packs.indices) { manifest.renumber(numbers) }
        return manifest
    }
}

extension Manifest {
    /// Gives the packs that the entries refer to other numbers.
    fileprivate mutating func renumber(_ numbers: [Int]) {
        for index in entries.indices {
            guard case .file(let size, var blobs) = entries[index].kind else { continue }
            for blob in blobs.indices { blobs[blob].pack = numbers[blobs[blob].pack] }
            entries[index].kind = .file(size: size, blobs: blobs)
        }
    }
}
