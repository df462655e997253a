internal import BuildspecFiles

/// The state that a tree's files had when this machine knew that they were what a manifest says.
///
/// A file whose size, times and identity are still the same has the same content, so a save need
/// not read it. The index has only files that this machine has read, or written from verified
/// blobs: the size and time of an entry do not make a file's content that of the entry. The index
/// stays on the machine and only saves work; if it is damaged, it counts as missing.
struct StatIndex: Sendable, Equatable {
    /// A summary of the entry, which shows that a tree is the same without reading the manifest.
    struct Summary: Sendable, Equatable {
        /// The fingerprint of the tree that was exactly what the manifest says.
        var tree: ContentDigest
        var codec: Codec
        var packs: [Manifest.Pack]
        /// The numbers of the key record.
        var files: Int
        var bytes: UInt64
        /// Whether every file's content is known and the manifest verified, for the next save.
        ///
        /// Otherwise the tree only looks the same, by sizes and times.
        var isVerified = false
    }

    /// The manifest that the stamps belong to.
    var manifest: ContentDigest
    /// The stamp of each of the manifest's entries; `nil` for an entry that is not known.
    var stamps: [InodeStamp?]
    /// `nil` if the tree may differ from the manifest in any entry.
    var summary: Summary?

    /// How many nanoseconds before the index is made a file must have changed last, because the
    /// clock of file systems ticks only every few milliseconds.
    private static let tick: Int32 = 50_000_000

    /// Removes the stamps that are not safe at the time `now`, and then the summary.
    mutating func dropRecent(now: FileTime) {
        // Only `now` is used in arithmetic: a file of an unusual file system can have any time.
        var safe = now
        safe.nanoseconds -= StatIndex.tick
        if safe.nanoseconds < 0 {
            safe.nanoseconds += 1_000_000_000
            safe.seconds -= 1
        }
        for (index, stamp) in stamps.enumerated() {
            guard let stamp, stamp.changed > safe else { continue }
            stamps[index] = nil
            summary = nil
        }
    }

    /// Whether a file of a tree has changed since all known files; then the tree is another one.
    func isOlder(than entries: [WalkedEntry]) -> Bool {
        guard let newest = stamps.lazy.compactMap({ $0?.changed }).max() else { return false }
        return entries.contains { $0.status.kind == .regular && $0.status.changed > newest }
    }

    /// Whether every entry of a tree is still what the manifest says, by the summary.
    func isSummary(of entries: [WalkedEntry]) async -> Bool {
        guard let summary, !isOlder(than: entries) else { return false }
        return await TreeFingerprint.of(entries) == summary.tree
    }
}

extension StatIndex.Summary {
    /// The summary of a tree whose every file is known to be what the verified manifest says.
    var verified: StatIndex.Summary {
        var summary = self
        summary.isVerified = true
        return summary
    }

    init(tree: ContentDigest, codec: Codec, _ manifest: Manifest) {
        self.init(
            tree: tree,
            codec: codec,
            packs: manifest.packs,
            files: manifest.fileCount,
            bytes: manifest.contentBytes
        )
    }
}

/// The inode, device and time of last status change of a file.
///
/// With the size, mode and time in a manifest, a stamp identifies the state of a file.
struct InodeStamp: Sendable, Hashable {
    var inode: UInt64
    var device: UInt64
    /// The time of last status change, which programs cannot set back.
    var changed: FileTime
}

extension InodeStamp {
    init(_ status: FileStatus) {
        self.init(inode: status.inode, device: status.device, changed: status.changed)
    }
}
