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
        guard index.marks.count == parent.entries.count else { return }
        var next = 0
        for place in files {
            let entry = entries[place]
            while next < parent.entries.count, parent.entries[next].path < entry.path { next += 1 }
            guard next < parent.entries.count else { return }
            let old = parent.entries[next]
            guard old.path == entry.path, case .file(let size, let pieces) = old.kind,
                entry.status.size == size, entry.status.modified == old.modified,
                index.marks[next] == StatIndex.Mark(entry.status),
                pieces.allSatisfy({ packs.contains($0.pack) })
            else { continue }
            stored[place] = ContentPipeline.Stored(status: entry.status, pieces: pieces)
            bytes += size
        }
    }
}
