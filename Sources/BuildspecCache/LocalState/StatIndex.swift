internal import BuildspecFiles

/// What this machine saw of a tree's files when they last were what a manifest says.
///
/// A file whose size, times and identity are still those has still that content, so a save need not
/// read it. Only what this machine has read, or written from verified contents, is known so: that size
/// and time are an entry's does not make its content that of the entry. The index only saves work: it stays on the machine, and whatever is wrong with it
/// counts as none.
struct StatIndex: Sendable, Equatable {
    /// What was stored, as far as a tree can be known to be the same without reading the manifest.
    struct Summary: Sendable, Equatable {
        /// The fingerprint of the tree that was exactly what the manifest says.
        var tree: ContentDigest
        var codec: Codec
        var packs: [Manifest.Pack]
        /// What the key record says of it.
        var files: Int
        var bytes: UInt64
        /// Whether the same can be saved again.
        ///
        /// Then this machine knows what every file holds, and has verified the manifest. Else the tree only
        /// looks like it, as sizes and times tell.
        var isVerified = false
    }

    /// The manifest that the stamps belong to.
    var manifest: ContentDigest
    /// The stamp of each of the manifest's entries; `nil` where nothing is known.
    var stamps: [InodeStamp?]
    /// `nil` when the tree may not have been what the manifest says in every entry.
    var summary: Summary?

    /// A file changed this shortly before the index was made may change again unseen, because
    /// file systems take the time from a clock that ticks every few milliseconds.
    private static let tick: Int32 = 50_000_000

    /// Keeps only stamps that are safe at the time `now`, and the summary only with all of them.
    mutating func dropRecent(now: FileTime) {
        // Nothing is worked out with the times of files: those of a strange file system can be anything.
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

    /// Whether a file has changed since all those that are known: then the tree is another one, and its
    /// fingerprint need not tell.
    func isOlder(than entries: [WalkedEntry]) -> Bool {
        guard let newest = stamps.lazy.compactMap({ $0?.changed }).max() else { return false }
        return entries.contains { $0.status.kind == .regular && $0.status.changed > newest }
    }

    /// Whether the summary is of a tree: then its every entry is still what the manifest says.
    func isSummary(of entries: [WalkedEntry]) async -> Bool {
        guard let summary, !isOlder(than: entries) else { return false }
        return await TreeFingerprint.of(entries) == summary.tree
    }

    init(manifest: ContentDigest, stamps: [InodeStamp?], summary: Summary? = nil) {
        self.manifest = manifest
        self.stamps = stamps
        self.summary = summary
    }
}

extension StatIndex.Summary {
    /// The same of a tree of which every file is known to be what the verified manifest says.
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

/// Where this machine keeps a tree's index.
struct StatIndexFile: Sendable {
    let path: PathBytes

    /// Names the file after everything that the tree and the entry are identified by.
    init?(
        _ settings: CacheSettings,
        root: PathBytes,
        scope: String,
        version: ContentDigest,
        suffix: String = ".stat"
    ) {
        guard let directory = settings.indexDirectory else { return nil }
        let identity = [root.text, settings.store.location, scope, version.hex]
        let name = ContentDigest(of: Array(identity.joined(separator: "\0").utf8)).hex
        path = directory.appending((name + suffix).utf8)
    }

    func read() -> StatIndex? {
        (try? AtomicFile.read(path, limit: 1 << 30)).flatMap { $0 }.flatMap(StatIndex.init)
    }

    /// Forgets the index, because the entry that it belongs to turned out to be damaged: the next save
    /// must look at everything itself.
    func remove() {
        let (directory, name) = path.split
        guard let handle = try? DirectoryHandle.open(PathBytes(Array(directory))) else { return }
        try? handle.removeFile(name)
    }

    /// Writes the index; that it cannot be written is no harm.
    func write(_ index: StatIndex) {
        var index = index
        index.dropRecent(now: .now())
        try? AtomicFile.write(index.encode(), to: path)
        guard let directory = try? DirectoryHandle.open(PathBytes(Array(path.split.directory)))
        else { return }
        _ = Leftovers.removeAll(in: directory)
    }
}
