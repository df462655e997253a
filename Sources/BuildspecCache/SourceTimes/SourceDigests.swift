internal import BuildspecFiles

/// The contents of source files, read on all cores, a file never whole in memory if it is large.
struct SourceDigests: Sendable {
    /// A content and the status that belongs to it.
    struct Seen: Sendable {
        var digest: ContentDigest
        var status: FileStatus
    }

    let roots: TreeRoots
    let width: Int

    /// Hashes files; what cannot be read, or changes meanwhile, is left out.
    ///
    /// When the task is cancelled it ends soon, with a part of them.
    ///
    /// - Parameters:
    ///   - entries: the tree.
    ///   - places: the places of the files to read.
    /// - Returns: what was read, by the file's place.
    func read(_ entries: [WalkedEntry], _ places: [Int]) async -> [Int: Seen] {
        await withTaskGroup(of: [(Int, Seen)].self) { tasks in
            var seen: [Int: Seen] = [:]
            seen.reserveCapacity(places.count)
            for (started, batch) in FileBatch.plan(entries, files: places).enumerated() {
                if started >= width {
                    for item in await tasks.next() ?? [] { seen[item.0] = item.1 }
                }
                if Task.isCancelled { break }
                tasks.addTask {
                    var reader = TreeReader(roots)
                    return batch.indices.compactMap { place in
                        SourceDigests.read(entries[place], &reader).map { (place, $0) }
                    }
                }
            }
            for await items in tasks { for item in items { seen[item.0] = item.1 } }
            return seen
        }
    }

    private static let step = 1 << 20

    private static func read(_ entry: WalkedEntry, _ reader: inout TreeReader) -> Seen? {
        guard let file = try? reader.open(entry), let before = try? file.stableStatus(),
            before.kind == .regular, before.size <= UInt64(Limits.sourceFile),
            let digest = try? digest(of: file, size: Int(before.size)),
            (try? file.status()) == before
        else { return nil }
        return Seen(digest: digest, status: before)
    }

    /// The digest of a file that has this size; of any other file it is of no use.
    private static func digest(of file: OpenFile, size: Int) throws(FileError) -> ContentDigest {
        var hash = RunningDigest()
        var offset = 0
        while offset < size {
            var bytes: [UInt8] = []
            let count = try file.read(
                min(step, size - offset),
                at: UInt64(offset),
                appendingTo: &bytes
            )
            if count == 0 || Task.isCancelled { break }
            hash.update(bytes)
            offset += count
        }
        return hash.digest
    }
}
