internal import BuildspecFiles

/// A walked tree as a manifest's entries, as far as is needed to compare it with a manifest.
struct ComparedTree {
    private let known: [PathBytes: Manifest.Entry]
    private var cursor: TreeCursor

    init(_ manifest: Manifest, _ roots: TreeRoots) {
        known = Dictionary(manifest.entries.map { ($0.path, $0) }) { first, _ in first }
        cursor = TreeCursor(roots)
    }

    /// The walk's entries; a file with another content has no blobs.
    mutating func entries(of walk: [WalkedEntry]) throws(FileError) -> [Manifest.Entry] {
        let list = FileList(walk)
        var contents = [ContentPipeline.Stored?](repeating: nil, count: walk.count)
        for place in list.toRead {
            let entry = walk[place]
            var blobs = BlobList()
            if case .file(let size, let expected) = file(at: entry.path)?.kind,
                size == entry.status.size, try isSame(entry, expected)
            {
                blobs = expected
            }
            contents[place] = ContentPipeline.Stored(status: entry.status, blobs: blobs)
        }
        return list.manifestEntries(walk, contents)
    }

    /// The manifest's file of that path, also when it is a further name there.
    private func file(at path: PathBytes) -> Manifest.Entry? {
        guard let entry = known[path] else { return nil }
        if case .hardLink(let first) = entry.kind { return known[first] }
        return entry
    }

    private mutating func isSame(
        _ entry: WalkedEntry,
        _ blobs: BlobList
    ) throws(FileError) -> Bool {
        let (directory, name) = try cursor.parent(of: entry.path)
        return try OpenFile.reading(name, in: directory).holds(blobs)
    }
}
