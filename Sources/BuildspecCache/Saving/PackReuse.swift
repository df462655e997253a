internal import BuildspecFiles

/// The entry whose blobs a save can use again.
struct ParentEntry: Sendable {
    /// The digest of the manifest's stored bytes.
    var digest: ContentDigest
    var codec: Codec
    /// The digest of the manifest's base, if the manifest is stored as a delta.
    var base: ContentDigest?
    /// The whole text of the base, or of the manifest if it is stored whole.
    var baseText: [UInt8]
    /// The digest of the record of source times.
    var sources: ContentDigest?
    var manifest: Manifest
    /// The indices of the manifest's packs that can be used again.
    var packs: Set<Int>
    /// Whether the manifest is in the shared store.
    var isShared = true
    /// The entry's name in messages.
    var title = ""
    var notes: [String] = []
}

/// The choice of the parent's packs that a save uses again.
///
/// Packs never change. So packs that are mostly unused, and many small packs of earlier small
/// changes, slow down every restore more than reuse helps this save. Their live contents are stored
/// again, and a prune deletes the old packs.
enum PackReuse {
    /// A pack is used again if at least this fraction of it, a quarter, is live.
    private static let liveDivisor = 4
    /// The size below which a pack is small.
    private static let smallSize = 2 << 20
    /// The largest number of small packs that are used again.
    private static let smallCount = 12

    /// Removes the packs that are not worth reuse from a parent, by a walk in path order.
    ///
    /// A file of the size in the parent counts as live, whatever its time: an installed or checked
    /// out file has a new time and often the old content. The next save corrects a wrong guess,
    /// because its parent has only the packs that were used.
    static func keepingReusablePacks(
        _ parent: ParentEntry,
        _ entries: [WalkedEntry]
    ) -> ParentEntry {
        let live = liveBytes(parent.manifest, entries)
        let packs = parent.manifest.packs
        let dense = parent.packs.filter { live[$0] * liveDivisor >= packs[$0].contentSize }
        let small = dense.filter { packs[$0].contentSize < smallSize }
        var parent = parent
        parent.packs = small.count > smallCount ? dense.subtracting(small) : dense
        return parent
    }

    private static func liveBytes(_ manifest: Manifest, _ entries: [WalkedEntry]) -> [Int] {
        var live = Array(repeating: 0, count: manifest.packs.count)
        var next = 0
        for index in manifest.entries.indices {
            guard case .file(let size, let blobs) = manifest.entries[index].kind else { continue }
            var isFound = false
            while next < entries.count {
                isFound = entries[next].path == manifest.entries[index].path
                if isFound || entries[next].path > manifest.entries[index].path { break }
                next += 1
            }
            guard next < entries.count else { break }
            // A large file that changed usually still has most of its chunks.
            guard isFound, entries[next].status.size == size || blobs.count > 1 else { continue }
            for blob in blobs { live[blob.pack] += memberSize(blob) }
        }
        return live
    }

    /// The size of a blob in a tar, with its header and padding.
    private static func memberSize(_ blob: Manifest.Blob) -> Int {
        let block = TarBlocks.size
        return block + (blob.size + block - 1) / block * block
    }
}
