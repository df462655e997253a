internal import BuildspecFiles

/// The contents of an entry that a restore knows before it fetches any.
struct KnownBlobs: Sendable {
    /// Whether the manifest is known to be correct.
    var isCorrect = false
    /// The stamps of the files that have the content in the manifest, by the index of the entry.
    var stamps: [InodeStamp?] = []
    /// Whether a correct manifest names the same blobs, by the index of the entry.
    var verified: [Bool] = []

    /// Compares a manifest with the one of the stat index, which may be known to be correct.
    init(_ manifest: Manifest, _ statIndex: StatIndex, _ earlier: Manifest, isCorrect: Bool) {
        let count = manifest.entries.count
        stamps = Array(repeating: nil, count: count)
        verified = Array(repeating: false, count: count)
        guard statIndex.stamps.count == earlier.entries.count else { return }
        // The indices of the packs in the earlier manifest.
        let indexed = earlier.packs.enumerated().map { ($1, $0) }
        let earlierIndices = Dictionary(indexed) { first, _ in first }
        let packs = manifest.packs.map { earlierIndices[$0] }
        var next = 0
        for index in manifest.entries.indices {
            while next < earlier.entries.count,
                earlier.entries[next].path < manifest.entries[index].path
            { next += 1 }
            guard next < earlier.entries.count else { return }
            guard earlier.entries[next].path == manifest.entries[index].path,
                case .file(let size, let blobs) = manifest.entries[index].kind,
                case .file(size, let others) = earlier.entries[next].kind,
                blobs.count == others.count,
                zip(blobs, others).allSatisfy({ ($0.digest, $0.size) == ($1.digest, $1.size) })
            else { continue }
            stamps[index] = statIndex.stamps[next]
            verified[index] =
                isCorrect
                && zip(blobs, others).allSatisfy {
                    packs[$0.pack] == $1.pack && $0.offset == $1.offset
                }
        }
    }

    init(isCorrect: Bool, stamps: [InodeStamp?] = []) {
        self.isCorrect = isCorrect
        self.stamps = stamps
    }

    /// Whether the manifest is known to be correct after a restore has verified these files.
    func isCorrect(_ manifest: Manifest, writing indices: [Int]) -> Bool {
        if isCorrect { return true }
        var verified = verified
        if verified.isEmpty { verified = Array(repeating: false, count: manifest.entries.count) }
        for index in indices { verified[index] = true }
        return manifest.entries.indices.allSatisfy { index in
            guard !verified[index], case .file(_, let blobs) = manifest.entries[index].kind else {
                return true
            }
            return blobs.isEmpty
        }
    }
}
