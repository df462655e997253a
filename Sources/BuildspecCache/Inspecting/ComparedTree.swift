internal import BuildspecFiles

/// A walked tree in the form of manifest entries, for the comparison with a manifest.
struct ComparedTree {
    private let known: [PathBytes: Manifest.Entry]
    private var reader: TreeReader

    init(_ manifest: Manifest, _ roots: TreeRoots) {
        known = Dictionary(manifest.entries.map { ($0.path, $0) }) { first, _ in first }
        reader = TreeReader(roots)
    }

    /// Converts the entries of a walk; a file whose content differs from the manifest has no blobs.
    mutating func entries(of walk: [WalkedEntry]) throws(FileError) -> [Manifest.Entry] {
        let list = FileList(walk)
        var contents = [ContentPipeline.Stored?](repeating: nil, count: walk.count)
        for index in list.toRead {
            let entry = walk[index]
            var blobs = BlobList()
            if case .file(let size, let expected) = file(at: entry.path)?.kind,
                size == entry.status.size, try reader.open(entry).matches(expected)
            {
                blobs = expected
            }
            contents[index] = ContentPipeline.Stored(status: entry.status, blobs: blobs)
        }
        return list.manifestEntries(walk, contents)
    }

    /// Returns the manifest's entry of a file; for a hard link, the entry that has the content.
    private func file(at path: PathBytes) -> Manifest.Entry? {
        guard let entry = known[path] else { return nil }
        if case .hardLink(let first) = entry.kind { return known[first] }
        return entry
    }
}
