internal import BuildspecFiles

/// Some files of a tree that are read and hashed together.
struct FileBatch: Sendable {
    /// Indices of entries, in order.
    var indices: [Int]

    /// What reading a batch gave.
    struct Contents: Sendable {
        var part = TarPart()
        /// The status of every file when it was read, by entry index.
        var read: [(index: Int, status: FileStatus)] = []
        /// Why files were left out, one line each.
        var notes: [String] = []
    }

    /// Cuts the files of a tree into batches, in order; a file above the limit is alone in one.
    static func plan(_ entries: [WalkedEntry], files: [Int]) -> [FileBatch] {
        var batches: [FileBatch] = []
        var open: [Int] = []
        var size = 0
        for index in files {
            let next = TarBlocks.size + Int(min(entries[index].status.size, largest))
            if !open.isEmpty, size + next > TarPart.target || open.count >= targetCount {
                batches.append(FileBatch(indices: open))
                open = []
                size = 0
            }
            open.append(index)
            size += next
        }
        if !open.isEmpty { batches.append(FileBatch(indices: open)) }
        return batches
    }

    private static let targetCount = 512
    /// Larger files are not read in batches, whatever size they have.
    private static let largest = UInt64(Limits.wholeFile)

    /// Reads and hashes the files; one that keeps changing meanwhile is left out.
    func read(_ entries: [WalkedEntry], _ roots: TreeRoots) -> Contents {
        var contents = Contents()
        contents.part.bytes.reserveCapacity(
            indices.reduce(0) {
                $0 + Int(min(entries[$1].status.size, FileBatch.largest)) + 2 * TarBlocks.size
            }
        )
        contents.read.reserveCapacity(indices.count)
        var reader = TreeReader(roots)
        for index in indices {
            let entry = entries[index]
            do throws(FileError) {
                // There is nothing to read in an empty file.
                let status =
                    entry.status.size == 0
                    ? entry.status : try contents.part.add(entry, index, &reader)
                if let status {
                    contents.read.append((index, status))
                } else {
                    contents.notes.append(FileBatch.changed(entry))
                }
            } catch {
                contents.notes.append("\(error); it was left out")
            }
        }
        return contents
    }

    /// What to say of a file that is changed while it is read.
    static func changed(_ entry: WalkedEntry) -> String {
        "'\(entry.path.text)' changed while it was read; it was left out"
    }
}
