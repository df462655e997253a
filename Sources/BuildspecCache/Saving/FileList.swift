internal import BuildspecFiles

/// The regular files of a walk, with the names that belong to the same file.
struct FileList {
    /// The indices of the files, each file once, by its first name.
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

    /// Makes the stat index of `manifestEntries`; exact if each file is stored as the walk saw it.
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

    /// Makes the manifest's entries, without any name of a file that could not be stored.
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
                // A restored file must not gain another user's rights.
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
