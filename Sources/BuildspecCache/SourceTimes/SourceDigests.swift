internal import BuildspecFiles

/// A reader of the digests of source files on all cores, which never holds a large file in memory.
struct SourceDigests: Sendable {
    /// A digest and the status of the file with this content.
    struct HashedFile: Sendable {
        var digest: ContentDigest
        var status: FileStatus
    }

    let roots: TreeRoots
    let width: Int

    /// Hashes the files of these indices, without those that cannot be read or keep changing.
    ///
    /// In a cancelled task the result has only some of the files.
    func read(_ entries: [WalkedEntry], _ indices: [Int]) async -> [Int: HashedFile] {
        await withTaskGroup(of: [(Int, HashedFile)].self) { tasks in
            var files: [Int: HashedFile] = [:]
            files.reserveCapacity(indices.count)
            for (started, batch) in FileBatch.plan(entries, files: indices).enumerated() {
                if started >= width {
                    for item in await tasks.next() ?? [] { files[item.0] = item.1 }
                }
                if Task.isCancelled { break }
                tasks.addTask {
                    var reader = TreeReader(roots)
                    return batch.indices.compactMap { index in
                        SourceDigests.read(entries[index], &reader).map { (index, $0) }
                    }
                }
            }
            for await items in tasks { for item in items { files[item.0] = item.1 } }
            return files
        }
    }

    private static let step = 1 << 20

    private static func read(_ entry: WalkedEntry, _ reader: inout TreeReader) -> HashedFile? {
        guard let file = try? reader.open(entry), let before = try? file.stableStatus(),
            before.kind == .regular, before.size <= UInt64(Limits.sourceFile),
            let digest = try? digest(of: file, size: Int(before.size)),
            (try? file.status()) == before
        else { return nil }
        return HashedFile(digest: digest, status: before)
    }

    /// The digest of the file's first `size` bytes, or of fewer if it is shorter.
    private static func digest(of file: OpenFile, size: Int) throws(FileError) -> ContentDigest {
        var hash = RunningDigest()
        var offset = 0
        while offset < size {
            var bytes: [UInt8] = []
            let wanted = min(step, size - offset)
            let count = try file.read(wanted, at: UInt64(offset), appendingTo: &bytes)
            if count == 0 || Task.isCancelled { break }
            hash.update(bytes)
            offset += count
        }
        return hash.digest
    }
}
