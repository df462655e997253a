internal import BuildspecFiles

/// One digest of everything that a walk saw: while it stays the same, so does the tree.
enum TreeFingerprint {
    /// The digest of the digests of blocks of entries, which are made side by side.
    static func of(_ entries: [WalkedEntry]) async -> ContentDigest {
        let blocks = await entries.mapBlocks { block in digest(of: block).hexBytes }
        return ContentDigest(of: Array(blocks.joined()))
    }

    private static func digest(of entries: ArraySlice<WalkedEntry>) -> ContentDigest {
        var digest = RunningDigest()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * batch)
        for index in entries.indices {
            append(entries[index], to: &bytes)
            if bytes.count > batch {
                digest.update(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        digest.update(bytes)
        return digest.digest
    }

    private static let batch = 32 << 10

    private static func append(_ entry: WalkedEntry, to bytes: inout [UInt8]) {
        let status = entry.status
        bytes.append(contentsOf: entry.path.bytes)
        bytes.append(0)
        bytes.append(littleEndian: UInt64(status.mode))
        append(status.modified, to: &bytes)
        switch status.kind {
        case .regular:
            bytes.append(UInt8(ascii: "f"))
            bytes.append(littleEndian: status.size)
            append(status.changed, to: &bytes)
            bytes.append(littleEndian: status.inode)
            bytes.append(littleEndian: status.device)
        case .directory, .special:
            bytes.append(UInt8(ascii: "d"))
        case .link:
            bytes.append(UInt8(ascii: "l"))
            bytes.append(contentsOf: entry.linkTarget ?? [])
            bytes.append(0)
        }
    }

    private static func append(_ time: FileTime, to bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt64(bitPattern: time.seconds))
        bytes.append(littleEndian: UInt64(UInt32(bitPattern: time.nanoseconds)))
    }
}
