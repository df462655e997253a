internal import BuildspecFiles

/// A digest of everything that a walk saw: as long as it stays the same, the tree does too.
enum TreeFingerprint {
    /// Computes the digest of the digests of blocks of entries, which are hashed in parallel.
    static func of(_ entries: [WalkedEntry]) async -> ContentDigest {
        let blocks = await entries.mapBlocks { block in digest(of: block).hexBytes }
        return ContentDigest(of: Array(blocks.joined()))
    }

    private static func digest(of entries: ArraySlice<WalkedEntry>) -> ContentDigest {
        // Names and numbers are separate, because both are copied faster so.
        var names: [UInt8] = []
        var numbers: [UInt64] = []
        names.reserveCapacity(64 * entries.count)
        numbers.reserveCapacity(9 * entries.count)
        for index in entries.indices {
            append(entries[index].status, to: &numbers)
            names.append(contentsOf: entries[index].path.bytes)
            names.append(0)
            if let target = entries[index].linkTarget {
                names.append(contentsOf: target)
                names.append(0)
            }
        }
        let digests = [ContentDigest(of: names), ContentDigest(ofNumbers: numbers)]
        return ContentDigest(of: digests.flatMap(\.hexBytes))
    }

    /// Appends the numbers of a status; the first one says how many follow.
    private static func append(_ status: FileStatus, to numbers: inout [UInt64]) {
        let isFile = status.kind == .regular
        let kind: UInt64 = isFile ? 1 : status.kind == .link ? 2 : 3
        numbers.append(UInt64(status.mode) << 8 | kind)
        append(status.modified, to: &numbers)
        guard isFile else { return }
        numbers.append(status.size)
        append(status.changed, to: &numbers)
        numbers.append(status.inode)
        numbers.append(status.device)
    }

    private static func append(_ time: FileTime, to numbers: inout [UInt64]) {
        numbers.append(UInt64(bitPattern: time.seconds))
        numbers.append(UInt64(UInt32(bitPattern: time.nanoseconds)))
    }
}
