internal import BuildspecFiles

/// The files of a walk that, by the stat index, still have the contents in the parent manifest.
struct UnchangedFiles {
    /// The contents by the index of the walk's entry; `nil` for a file that must be read.
    private(set) var stored: [ContentPipeline.Stored?]
    /// The content bytes of the unchanged files.
    private(set) var bytes: UInt64 = 0

    /// Creates a list without any unchanged file.
    init(_ entries: [WalkedEntry]) {
        stored = Array(repeating: nil, count: entries.count)
    }

    /// Compares files of a walk with the parent manifest, of which the store has some packs; both
    /// are in path order.
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
        for file in files {
            // No entry is copied here, because there are many.
            var isFound = false
            while next < parent.entries.count {
                isFound = parent.entries[next].path == entries[file].path
                if isFound || parent.entries[next].path > entries[file].path { break }
                next += 1
            }
            guard next < parent.entries.count else { return }
            let status = entries[file].status
            guard isFound, case .file(let size, let blobs) = parent.entries[next].kind,
                status.size == size, status.modified == parent.entries[next].modified,
                index.stamps[next] == InodeStamp(status),
                blobs.allSatisfy({ packs.contains($0.pack) })
            else { continue }
            stored[file] = ContentPipeline.Stored(status: status, blobs: blobs)
            bytes += size
        }
    }
}
