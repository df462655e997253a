internal import BuildspecFiles

/// The files of a walk that are, by the index, still what the parent manifest says.
struct UnchangedFiles {
    /// Their contents, a place for every entry of the walk.
    private(set) var stored: [ContentPipeline.Stored?]
    /// Their content bytes.
    private(set) var bytes: UInt64 = 0

    /// Nothing is known to be unchanged.
    init(_ entries: [WalkedEntry]) {
        stored = Array(repeating: nil, count: entries.count)
    }

    /// Compares the walk with the parent; both are in path order.
    ///
    /// - Parameters:
    ///   - entries: the walk.
    ///   - files: the places of the files that count.
    ///   - parent: the manifest that the index belongs to.
    ///   - index: what this machine saw of the parent's files.
    ///   - packs: which of the parent's packs are in the store.
    init(
        _ entries: [WalkedEntry],
        files: [Int],
        parent: Manifest,
        index: StatIndex,
        packs: Set<Int>
    ) {
        self.init(entries)
        guard index.stamps.count == parent.entries.count else { return }
        var next = 0
        for place in files {
            // No entry is copied here, because there are many.
            var isThere = false
            while next < parent.entries.count {
                isThere = parent.entries[next].path == entries[place].path
                if isThere || parent.entries[next].path > entries[place].path { break }
                next += 1
            }
            guard next < parent.entries.count else { return }
            let status = entries[place].status
            guard isThere, case .file(let size, let blobs) = parent.entries[next].kind,
                status.size == size, status.modified == parent.entries[next].modified,
                index.stamps[next] == InodeStamp(status),
                blobs.allSatisfy({ packs.contains($0.pack) })
            else { continue }
            stored[place] = ContentPipeline.Stored(status: status, blobs: blobs)
            bytes += size
        }
    }
}
