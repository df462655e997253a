internal import BuildspecFiles

/// The sizes that the format fixes and the bounds that readers believe.
enum Limits {
    /// What a restore leaves free of the room that there is: a twentieth, at most a gibibyte.
    static func reserve(ofFree free: UInt64) -> UInt64 { min(free / 20, 1 << 30) }

    /// A file above this size is cut into chunks by its content.
    static let wholeFile = 8 << 20
    /// A pack is closed when its tar has reached this size.
    static let packTarget = 16 << 20
    /// The largest tar that a reader unpacks: the target, one whole file and its headers.
    static let packContent = 32 << 20
    /// The largest stored pack: as much, and what an encoding may add to it.
    static let packStored = UInt64(packContent + (1 << 20))
    /// The largest manifest, about three million entries.
    static let manifestContent = 1 << 30
    static let manifestStored = UInt64(manifestContent)
    /// The largest head of one, which lists its packs: more than a hundred thousand.
    static let manifestHead = 1 << 24
    /// Of a manifest's text, no more is believed than its stored size can honestly hold.
    ///
    /// Real trees shrink to a tenth, and trees of long names and empty files to a fiftieth. A writer
    /// pads what shrinks more.
    static func manifestContent(ofStored stored: Int) -> Int {
        min(manifestContent, (1 << 24) + stored.times(64))
    }
    /// How many bytes of stored size a manifest's text needs to be believed.
    static func manifestStored(ofContent content: Int) -> Int {
        max(0, content - (1 << 24) + 63) / 64
    }
    /// A manifest has no more entries than its stored size can honestly hold, for each takes memory.
    ///
    /// A file with a digest takes more than forty bytes, an empty one with a time of its own eight. A
    /// writer pads what takes less.
    static func manifestEntries(ofStored stored: Int) -> Int { (1 << 18).plus(stored / 16) }
    /// How many bytes of stored size a manifest's entries need to be believed.
    static func manifestStored(ofEntries entries: Int) -> Int {
        max(0, entries - (1 << 18)).times(16)
    }
    /// The shortest line of an entry, in bytes.
    static let manifestLine = 32
    /// How many files and how many bytes a key record may say that its entry has: more than the largest
    /// manifest can list.
    static let entries = 1 << 24
    static let content: UInt64 = 1 << 50
    /// The farthest time of an entry, in seconds from 1970: as many digits as a reader takes.
    static let time: Int64 = 999_999_999_999_999
    /// The longest path, as long as system calls take.
    static let path = 4_095
    /// How many source files and links a record of source times lists, and its size.
    static let sources = 1_000_000
    static let sourcesContent = 1 << 28
    static let sourcesStored = UInt64(sourcesContent)
    /// The largest source file whose time is recorded.
    static let sourceFile = 1 << 30
    /// The farthest time of a source file: the end of the year 9999, and as far before 1970.
    static let seconds: Int64 = 253_402_300_799
    /// The largest key record.
    static let record: UInt64 = 1 << 20
    /// The largest list of what is to be swept, and how many objects it names.
    static let sweep: UInt64 = 1 << 23
    static let sweepObjects = 50_000
    /// The largest file that a manifest may declare.
    static let file: UInt64 = 1 << 43
}
