internal import BuildspecFiles

/// A batch of files of a tree that are read and hashed together.
struct FileBatch: Sendable {
    /// The indices of the files' entries, in order.
    var indices: [Int]

    /// The contents of a batch, or of a part of a large file.
    struct Contents: Sendable {
        var part = TarPart()
        /// The status of each file when it was read, with the index of its entry.
        var read: [(index: Int, status: FileStatus)] = []
        /// A line for each file that was left out.
        var notes: [String] = []
    }

    /// Groups the files of a tree into batches, in order; a file above the limit is alone in one.
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
    /// The size that a larger file counts with, because it is not read as a whole.
    private static let largest = UInt64(Limits.wholeFile)

    /// Reads and hashes the files, and leaves out those that keep changing.
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
                // An empty file need not be read.
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

    /// The note on a file that changed while it was read.
    static func changed(_ entry: WalkedEntry) -> String {
        "'\(entry.path.text)' changed while it was read; it was left out"
    }
}
