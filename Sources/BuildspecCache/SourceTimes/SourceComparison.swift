internal import BuildspecFiles

/// A comparison of the source files in a tree with the record of them.
struct SourceComparison {
    /// The source files with their states, which `compare` completes.
    private(set) var sources: [RetimePlan.Source] = []
    /// The index in the tree of each source.
    private(set) var indices: [Int] = []
    /// The indices in the tree of the files to read, because they can have the recorded content.
    private(set) var candidates: [Int] = []
    /// A link with another target than in the record, or without a record.
    private(set) var changedLink: PathBytes?

    /// The recorded digests by the index in `sources`.
    private var digests: [Int: ContentDigest] = [:]

    /// Compares a tree with a record, both in path order, without reading files.
    init(_ tree: [WalkedEntry], _ record: SourceRecord) {
        var next = 0
        for (index, entry) in tree.enumerated() {
            while next < record.entries.count, record.entries[next].path < entry.path { next += 1 }
            var recorded: SourceRecord.Kind?
            if next < record.entries.count, record.entries[next].path == entry.path {
                recorded = record.entries[next].kind
            }
            if let target = entry.linkTarget {
                if recorded != .link(target: target) { changedLink = changedLink ?? entry.path }
            } else if entry.status.size <= UInt64(Limits.sourceFile) {
                add(entry, index, recorded)
            }
        }
    }

    private mutating func add(_ entry: WalkedEntry, _ index: Int, _ recorded: SourceRecord.Kind?) {
        var state = RetimePlan.State.changed(recorded: nil)
        if case .file(let size, let modified, let digest) = recorded {
            state = .changed(recorded: modified)
            if size == entry.status.size {
                candidates.append(index)
                digests[sources.count] = digest
            }
        }
        indices.append(index)
        sources.append(
            RetimePlan.Source(
                path: entry.path,
                modified: entry.status.modified,
                linkCount: entry.status.linkCount,
                state: state
            )
        )
    }

    /// Finds the unchanged files, by the hashed files and their index in the tree.
    mutating func compare(_ files: [Int: SourceDigests.HashedFile]) {
        for (index, digest) in digests {
            guard let file = files[indices[index]], file.digest == digest,
                case .changed(let recorded?) = sources[index].state
            else { continue }
            sources[index].modified = file.status.modified
            sources[index].state = .unchanged(recorded: recorded)
        }
    }
}
