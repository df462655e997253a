internal import BuildspecFiles

/// Decides which of a parent's packs are worth referring to.
///
/// A pack stays as it is for ever, so what an entry no longer needs stays in it too. A pack that is
/// mostly dead, or one of many small ones that a row of small changes has left behind, costs every
/// restore more than it saves this save: its live contents are stored anew and the pack is left to
/// the next prune.
enum PackReuse {
    /// A pack is dropped when less than a quarter of it is live.
    private static let liveShare = 4
    /// Packs below this size are small.
    private static let smallSize = 2 << 20
    /// So many small packs are left alone.
    private static let smallCount = 12

    /// The parent with only those packs that are worth it.
    ///
    /// - Parameters:
    ///   - parent: the parent entry.
    ///   - entries: the walk, in path order; a file with the size that the parent has for it counts
    ///     as live. Not its time: what was installed or checked out anew has new times and the old
    ///     content. A guess that is wrong is set right by the next save, because the parent has
    ///     only what was referred to.
    /// - Returns: the parent.
    static func keepingWorthwhile(
        _ parent: ParentEntry,
        _ entries: [WalkedEntry]
    ) -> ParentEntry {
        var parent = parent
        parent.packs = worthwhile(parent, entries)
        return parent
    }

    private static func worthwhile(
        _ parent: ParentEntry,
        _ entries: [WalkedEntry]
    ) -> Set<Int> {
        let live = liveBytes(parent.manifest, entries)
        let packs = parent.manifest.packs
        let dense = parent.packs.filter { live[$0] * liveShare >= packs[$0].contentSize }
        let small = dense.filter { packs[$0].contentSize < smallSize }
        return small.count > smallCount ? dense.subtracting(small) : dense
    }

    private static func liveBytes(_ manifest: Manifest, _ entries: [WalkedEntry]) -> [Int] {
        var live = Array(repeating: 0, count: manifest.packs.count)
        var next = 0
        for place in manifest.entries.indices {
            guard case .file(let size, let blobs) = manifest.entries[place].kind else { continue }
            var isThere = false
            while next < entries.count {
                isThere = entries[next].path == manifest.entries[place].path
                if isThere || entries[next].path > manifest.entries[place].path { break }
                next += 1
            }
            guard next < entries.count else { break }
            // Of a large file that changed, most chunks are usually still there.
            guard isThere, entries[next].status.size == size || blobs.count > 1 else { continue }
            for blob in blobs { live[blob.pack] += memberSize(blob) }
        }
        return live
    }

    /// What a blob takes in a tar: its header and whole blocks.
    private static func memberSize(_ blob: Manifest.Blob) -> Int {
        let block = TarBlocks.size
        return block + (blob.size + block - 1) / block * block
    }
}
