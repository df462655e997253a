internal import BuildspecFiles

/// Which of a walk's entries are regular files, and which of those are names of the same file.
struct FileList {
    /// Indices of the files whose content is wanted: each file once, by its first name.
    private(set) var toRead: [Int] = []
    /// For every further name of a file, the index of its first name.
    private var firstNames: [Int: Int] = [:]

    init(_ entries: [WalkedEntry]) {
        var seen: [FileStatus.Identity: Int] = [:]
        for (index, entry) in entries.enumerated() where entry.status.kind == .regular {
            if entry.status.linkCount > 1 {
                if let first = seen[entry.status.identity] {
                    firstNames[index] = first
                    continue
                }
                seen[entry.status.identity] = index
            }
            toRead.append(index)
        }
    }

    /// The index of the first name of a file; most files have no other.
    private func firstName(_ index: Int) -> Int {
        firstNames.isEmpty ? index : firstNames[index] ?? index
    }

    /// What this machine saw of the files of the manifest that `manifestEntries` makes.
    ///
    /// - Returns: the index, and whether the walk still tells exactly what was stored.
    func index(
        _ manifest: ContentDigest,
        _ entries: [WalkedEntry],
        _ stored: [ContentPipeline.Stored?]
    ) -> (index: StatIndex, isExact: Bool) {
        var stamps: [InodeStamp?] = []
        stamps.reserveCapacity(entries.count)
        var isExact = true
        for index in entries.indices {
            if entries[index].status.kind != .regular {
                stamps.append(nil)
            } else if let status = stored[firstName(index)]?.status {
                stamps.append(InodeStamp(status))
                isExact = isExact && status == entries[index].status
            } else {
                isExact = false
            }
        }
        return (StatIndex(manifest: manifest, stamps: stamps), isExact)
    }

    /// The manifest's entries; files that could not be stored are left out with all their names.
    func manifestEntries(
        _ entries: [WalkedEntry],
        _ stored: [ContentPipeline.Stored?]
    ) -> [Manifest.Entry] {
        var result: [Manifest.Entry] = []
        result.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            let first = firstName(index)
            var status = entry.status
            let kind: Manifest.Kind
            switch (entry.status.kind, entry.linkTarget) {
            case (.directory, _): kind = .directory
            case (.link, let target?): kind = .link(target: target)
            default:
                guard let content = stored[first] else { continue }
                status = content.status
                // A cached file must not gain somebody's rights where it is restored.
                status.mode &= 0o1777
                kind =
                    first == index
                    ? .file(size: status.size, blobs: content.blobs)
                    : .hardLink(to: entries[first].path)
            }
            result.append(
                Manifest.Entry(
                    path: entry.path,
                    mode: status.mode,
                    modified: status.modified.within(Limits.time),
                    kind: kind
                )
            )
        }
        return result
    }
}
