internal import BuildspecFiles

/// The sizes that the format fixes, and the limits beyond which readers refuse an object.
enum Limits {
    /// The space that a restore or an export leaves free: a twentieth of the free space, at most a
    /// gibibyte.
    static func reserve(ofFree free: UInt64) -> UInt64 { min(free / 20, 1 << 30) }

    /// The largest file that is not split into chunks.
    static let wholeFile = 8 << 20
    /// The size of a pack's tar at which the pack is closed.
    static let packTarget = 16 << 20
    /// The largest tar that a reader unpacks: the target, one whole file and its headers.
    static let packContent = 32 << 20
    /// The largest stored pack: the largest tar, and what an encoding may add to it.
    static let packStored = UInt64(packContent + (1 << 20))
    /// The largest manifest, about three million entries.
    static let manifestContent = 1 << 30
    static let manifestStored = UInt64(manifestContent)
    /// The largest head of a manifest; it can list more than a hundred thousand packs.
    static let manifestHead = 1 << 24
    /// The largest text of a manifest of this stored size, so a small object takes little memory.
    ///
    /// Real trees shrink to a tenth, and trees of long names and empty files to a fiftieth. A
    /// writer pads an object that shrinks more.
    static func manifestContent(ofStored stored: Int) -> Int {
        min(manifestContent, (1 << 24) + stored.multipliedClamped(by: 64))
    }
    /// The smallest stored size at which readers accept a manifest's text of this size.
    static func manifestStored(ofContent content: Int) -> Int {
        max(0, content - (1 << 24) + 63) / 64
    }
    /// The largest number of entries of a manifest of this stored size, as each takes memory.
    ///
    /// A file with a digest takes more than forty bytes, an empty file with a distinct time eight.
    /// A writer pads an object whose entries take less.
    static func manifestEntries(ofStored stored: Int) -> Int {
        (1 << 18).addingClamped(stored / 16)
    }
    /// The smallest stored size at which readers accept a manifest of this many entries.
    static func manifestStored(ofEntries entries: Int) -> Int {
        max(0, entries - (1 << 18)).multipliedClamped(by: 16)
    }
    /// The shortest line of an entry, in bytes.
    static let manifestLine = 32
    /// The largest numbers of files and bytes in a key record: more than any manifest can list.
    static let entries = 1 << 24
    static let content: UInt64 = 1 << 50
    /// The farthest time of an entry, in seconds from 1970: as many digits as a reader accepts.
    static let time: Int64 = 999_999_999_999_999
    /// The longest path that system calls accept.
    static let path = 4_095
    /// The largest number of files and links in a record of source times, and its largest size.
    static let sources = 1_000_000
    static let sourcesContent = 1 << 28
    static let sourcesStored = UInt64(sourcesContent)
    /// The largest source file whose time is recorded.
    static let sourceFile = 1 << 30
    /// The farthest time of a source file: the end of the year 9999, and as far before 1970.
    static let seconds: Int64 = 253_402_300_799
    /// The largest key record.
    static let record: UInt64 = 1 << 20
    /// The largest sweep list, and the largest number of objects in it.
    static let sweep: UInt64 = 1 << 23
    static let sweepObjects = 50_000
    /// The largest file in a manifest.
    static let file: UInt64 = 1 << 43
}

extension DirectoryHandle {
    /// Refuses files of an entry that are larger than the free space, because a small manifest can
    /// declare petabytes; a part of the space stays for other programs.
    func requireSpace(for bytes: UInt64, of work: String) throws(CacheError) {
        guard let free = freeBytes() else { return }
        let reserve = Limits.reserve(ofFree: free)
        guard bytes > free - reserve else { return }
        throw CacheError(
            .tree,
            "the entry's files take \(bytes) bytes, and \(free) bytes are free at"
                + " '\(path.text)', of which \(work) leaves \(reserve) free"
        )
    }
}
