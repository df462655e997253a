internal import BuildspecFiles

/// Some files of a tree that are read and hashed together.
struct FileBatch: Sendable {
    /// Indices of entries, in order.
    var indices: [Int]

    /// One file's part of what a batch read.
    struct Item: Sendable {
        var index: Int
        /// Its bytes in the batch's buffer.
        var range: Range<Int>
        var digest: ContentDigest
        /// The file's status when it was read.
        var status: FileStatus
    }

    /// What reading a batch gave.
    struct Contents: Sendable {
        var bytes: [UInt8] = []
        var items: [Item] = []
        /// Why files were left out, one line each.
        var notes: [String] = []
    }

    /// Cuts the files of a tree into batches, in order; a file above the limit is alone in one.
    static func plan(_ entries: [WalkedEntry], files: [Int]) -> [FileBatch] {
        var batches: [FileBatch] = []
        var open: [Int] = []
        var size: UInt64 = 0
        for index in files {
            let next = entries[index].status.size
            if !open.isEmpty, size + next > targetBytes || open.count >= targetCount {
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

    private static let targetBytes: UInt64 = 4 << 20
    private static let targetCount = 512

    /// Reads and hashes the files; one that keeps changing meanwhile is left out.
    func read(_ entries: [WalkedEntry], _ roots: TreeRoots) -> Contents {
        var contents = Contents()
        contents.bytes.reserveCapacity(indices.reduce(0) { $0 + Int(entries[$1].status.size) })
        var reader = TreeReader(roots)
        for index in indices {
            let start = contents.bytes.count
            do throws(FileError) {
                let status = try reader.readWhole(entries[index], appendingTo: &contents.bytes)
                guard let status else {
                    contents.notes.append(FileBatch.changed(entries[index]))
                    continue
                }
                let range = start..<contents.bytes.count
                let digest = ContentDigest(of: contents.bytes, range)
                contents.items.append(
                    Item(index: index, range: range, digest: digest, status: status)
                )
            } catch {
                contents.bytes.removeLast(contents.bytes.count - start)
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
