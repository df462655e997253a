internal import BuildspecFiles

/// The file in which this machine keeps the stat index of a tree.
struct StatIndexFile: Sendable {
    let path: PathBytes

    /// Names the file after the tree and the entry; `nil` without a state directory.
    init?(
        _ settings: CacheSettings,
        _ set: PathSet,
        root: PathBytes,
        scope: String,
        suffix: String = ".stat"
    ) {
        guard let directory = settings.indexDirectory else { return nil }
        let version = set.version
        let identity = [root.text, settings.stores.location, scope, version.hex]
        let name = ContentDigest(of: Array(identity.joined(separator: "\0").utf8)).hex
        path = directory.appending((name + suffix).utf8)
    }

    /// Reads the index; `nil` if it is missing or damaged.
    func read() -> StatIndex? {
        (try? AtomicFile.read(path, limit: 1 << 30)).flatMap { $0 }.flatMap(StatIndex.init)
    }

    /// Removes the index, because its entry is damaged and the next save must read every file.
    func remove() {
        let (directory, name) = path.split
        guard let handle = try? DirectoryHandle.open(PathBytes(Array(directory))) else { return }
        try? handle.removeFile(name)
    }

    /// Writes the index; ignores errors.
    func write(_ index: StatIndex) {
        var index = index
        index.dropRecent(now: .now())
        try? AtomicFile.write(index.encode(), to: path)
        guard let directory = try? DirectoryHandle.open(PathBytes(Array(path.split.directory)))
        else { return }
        _ = Leftovers.removeAll(in: directory)
    }
}
