internal import BuildspecFiles

/// The sources as they are beside the record of what they were.
struct SourceComparison {
    /// The files that count, with what the record says of them; to be completed by `compare`.
    private(set) var sources: [RetimePlan.Source] = []
    /// The places of `sources` in the tree.
    private(set) var places: [Int] = []
    /// The places of the files that may have the content of then; only reading them can tell.
    private(set) var candidates: [Int] = []
    /// A link that leads elsewhere than then, or did not exist.
    private(set) var changedLink: PathBytes?

    /// The contents of then, by place in `sources`.
    private var digests: [Int: ContentDigest] = [:]

    /// Compares what can be compared without reading: both are in path order.
    init(_ tree: [WalkedEntry], _ then: SourceRecord) {
        var next = 0
        for (place, entry) in tree.enumerated() {
            while next < then.entries.count, then.entries[next].path < entry.path { next += 1 }
            var old: SourceRecord.Kind?
            if next < then.entries.count, then.entries[next].path == entry.path {
                old = then.entries[next].kind
            }
            if let target = entry.linkTarget {
                if old != .link(target: target) { changedLink = changedLink ?? entry.path }
            } else if entry.status.size <= UInt64(Limits.sourceFile) {
                add(entry, place, old)
            }
        }
    }

    private mutating func add(_ entry: WalkedEntry, _ place: Int, _ old: SourceRecord.Kind?) {
        var state = RetimePlan.State.changed(then: nil)
        if case .file(let size, let modified, let digest) = old {
            state = .changed(then: modified)
            if size == entry.status.size {
                candidates.append(place)
                digests[sources.count] = digest
            }
        }
        places.append(place)
        sources.append(
            RetimePlan.Source(
                path: entry.path,
                modified: entry.status.modified,
                linkCount: entry.status.linkCount,
                state: state
            )
        )
    }

    /// Tells files with the content of then from changed ones.
    ///
    /// - Parameter seen: the contents by place in the tree.
    mutating func compare(_ seen: [Int: SourceDigests.Seen]) {
        for (index, digest) in digests {
            guard let file = seen[places[index]], file.digest == digest,
                case .changed(let then?) = sources[index].state
            else { continue }
            sources[index].modified = file.status.modified
            sources[index].state = .same(then: then)
        }
    }
}
