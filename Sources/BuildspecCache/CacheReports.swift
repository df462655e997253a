/// What a restore did.
public struct RestoreReport: Sendable, Equatable {
    /// Which entry was used.
    public enum Outcome: Sendable, Equatable {
        /// The entry of exactly this key; `nil` is the scope's keyless entry.
        case exact(key: String?)
        /// An entry that a fallback key found.
        case fallback(key: String)
        /// No entry could be used; `reason` says why in a few words.
        case miss(reason: String)
    }

    /// Which entry was used.
    public var outcome: Outcome
    /// Files, links and directories of the entry.
    public var entries: Int
    /// Regular files of the entry, without those that a note says were left out.
    public var files: Int
    /// Files that were on disk unchanged and were left alone.
    public var filesUnchanged: Int
    /// Content bytes of these files.
    public var bytes: UInt64
    /// Stored bytes that were read from the store.
    public var bytesFetched: UInt64
    /// Where the restored entry came from; `nil` for a miss.
    public var origin: EntryOrigin?
    /// What was looked for when the key had no entry, the paths in canonical form; `nil` when it had one.
    public var searched: CacheIdentity?
    /// What became of the times of source files; `nil` when that was not asked for or not possible.
    public var retimed: RetimeReport?
    /// Why the shared store was given up, when the one on this machine went on without it; also a note.
    public var sharedStoreFailure: String?
    /// Things the user should know, one line each: damage found, files left alone.
    public var notes: [String]

    /// Creates a report; the defaults describe a restore that did nothing.
    public init(
        outcome: Outcome,
        entries: Int = 0,
        files: Int = 0,
        filesUnchanged: Int = 0,
        bytes: UInt64 = 0,
        bytesFetched: UInt64 = 0,
        notes: [String] = []
    ) {
        self.outcome = outcome
        self.entries = entries
        self.files = files
        self.filesUnchanged = filesUnchanged
        self.bytes = bytes
        self.bytesFetched = bytesFetched
        self.notes = notes
    }
}

/// What a save did.
public struct SaveReport: Sendable, Equatable {
    /// Whether an entry was written.
    public enum Outcome: Sendable, Equatable {
        /// The entry was written.
        case saved
        /// The key has an entry already, and entries with a key are never changed.
        case alreadyStored
        /// No file matches the declared paths, so there is nothing to keep.
        case nothingToSave
        /// Nothing may be saved; the text says why in a few words.
        case notAllowed(String)
    }

    /// Whether an entry was written.
    public var outcome: Outcome
    /// Files, links and directories of the entry.
    public var entries: Int
    /// Regular files of the entry.
    public var files: Int
    /// Content bytes of the entry's files.
    public var bytes: UInt64
    /// Bytes that this save added to the store.
    public var bytesStored: UInt64
    /// Content bytes that were in the store already.
    public var bytesReused: UInt64
    /// Files that are not in the entry, because they changed while they were read or cannot be read.
    public var filesLeftOut: Int
    /// Old entries that were removed to keep the store within its limits.
    public var entriesRemoved = 0
    /// The stored bytes of what was removed.
    public var bytesRemoved: UInt64 = 0
    /// Source files whose times were recorded; `nil` when that was not asked for.
    public var sources: Int?
    /// Why the shared store was given up, when the one on this machine went on without it; also a note.
    public var sharedStoreFailure: String?
    /// Things the user should know, one line each: files that changed while they were read.
    public var notes: [String]

    /// Creates a report; the defaults describe a save that did nothing.
    public init(
        outcome: Outcome,
        entries: Int = 0,
        files: Int = 0,
        bytes: UInt64 = 0,
        bytesStored: UInt64 = 0,
        bytesReused: UInt64 = 0,
        filesLeftOut: Int = 0,
        notes: [String] = []
    ) {
        self.outcome = outcome
        self.entries = entries
        self.files = files
        self.bytes = bytes
        self.bytesStored = bytesStored
        self.bytesReused = bytesReused
        self.filesLeftOut = filesLeftOut
        self.notes = notes
    }
}
