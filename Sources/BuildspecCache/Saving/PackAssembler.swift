internal import BuildspecFiles

/// An assembler of packs from the contents that the store does not have yet.
///
/// It depends only on the contents in path order, so equal trees give equal packs.
struct PackAssembler {
    /// The packs that blobs refer to: the parent's packs, then the new ones in order.
    private(set) var packs: [Manifest.Pack?]
    /// The content bytes that the store had already.
    private(set) var reusedBytes: UInt64 = 0

    private let parent: ParentEntry?
    private var known: [ContentDigest: Manifest.Blob]?
    private let parentPackCount: Int
    /// The length of the open pack's tar so far.
    private var length = 0
    /// The members of the open pack that are too few for a part.
    private var open: [UInt8] = []

    /// A part that can be compressed, or a complete pack.
    enum Output: Sendable {
        case part(pack: Int, [UInt8])
        case closed(pack: Int, contentSize: Int)
    }

    init(parent: ParentEntry?) {
        self.parent = parent
        packs = parent?.manifest.packs.map { $0 } ?? []
        parentPackCount = packs.count
        packs.append(nil)
    }

    /// The parent's blobs by their digests; only made for the first content, which may never come.
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

    /// Adds the contents of a part that are not known yet to the open pack, in path order.
    ///
    /// `found` receives every member with the blob of its content.
    mutating func add(
        _ part: consuming TarPart,
        _ found: (TarPart.Member, Manifest.Blob) -> Void
    ) -> [Output] {
        if known == nil { known = parentBlobs() }
        var added: [Range<Int>] = []
        var addedCount = 0
        for member in part.members {
            let size = member.content.count
            if let blob = known?[member.digest], blob.size == size {
                if blob.pack < parentPackCount { reusedBytes += UInt64(size) }
                found(member, blob)
                continue
            }
            let blob = Manifest.Blob(
                digest: member.digest,
                pack: packs.count - 1,
                offset: length + addedCount + member.content.lowerBound - member.extent.lowerBound,
                size: size
            )
            known?[member.digest] = blob
            added.append(member.extent)
            addedCount += member.extent.count
            found(member, blob)
        }
        length += addedCount
        return append(part.bytes, added, isWhole: addedCount == part.bytes.count)
    }

    /// Appends members of a part to the open pack: the part as it is, or copies of some members.
    private mutating func append(
        _ bytes: consuming [UInt8],
        _ members: [Range<Int>],
        isWhole: Bool
    ) -> [Output] {
        guard !members.isEmpty else { return [] }
        var outputs: [Output] = []
        if isWhole, open.isEmpty {
            outputs.append(.part(pack: packs.count - 1, bytes))
        } else {
            if open.isEmpty { open.reserveCapacity(TarPart.target + bytes.count) }
            for range in members { open.append(contentsOf: bytes[range]) }
            if open.count >= TarPart.target { outputs.append(flush()) }
        }
        return length >= Limits.packTarget ? outputs + close() : outputs
    }

    /// Closes the open pack, unless it is empty; returns its last part and the complete pack.
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

    /// Sets the pack that the store has for a closed pack.
    mutating func finish(_ index: Int, _ pack: Manifest.Pack) { packs[index] = pack }

    /// Makes the manifest of `entries`, with only the packs that they use.
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
        // Most often no number changes.
        if numbers != Array(packs.indices) { manifest.renumber(numbers) }
        return manifest
    }
}

extension Manifest {
    /// Changes the pack indices of all blobs.
    fileprivate mutating func renumber(_ numbers: [Int]) {
        for index in entries.indices {
            guard case .file(let size, var blobs) = entries[index].kind else { continue }
            for position in blobs.indices {
                blobs[position].pack = numbers[blobs[position].pack]
            }
            entries[index].kind = .file(size: size, blobs: blobs)
        }
    }
}
