/// The result of a restore.
public struct RestoreReport: Sendable, Equatable {
    /// The kind of result.
    public enum Outcome: Sendable, Equatable {
        /// The entry of exactly this key was restored; `nil` is the scope's default entry.
        case exact(key: String?)
        /// An entry that a fallback key found was restored.
        case fallback(key: String)
        /// No entry was restored; `reason` says why in a few words.
        case miss(reason: String)
    }

    /// The kind of result.
    public var outcome: Outcome
    /// The number of files, links and directories of the entry.
    public var entries: Int
    /// The number of regular files of the entry, without those that a note names as skipped.
    public var files: Int
    /// The number of files that were on disk unchanged and were not written.
    public var filesUnchanged: Int
    /// The content bytes of the entry's files.
    public var bytes: UInt64
    /// The stored bytes that were read from the store.
    public var bytesFetched: UInt64
    /// The origin of the restored entry; `nil` for a miss.
    public var origin: EntryOrigin?
    /// The identity that was searched, with canonical paths; `nil` if the key had an entry.
    public var searched: CacheIdentity?
    /// The report on the times of source files; `nil` if they were not requested or not possible.
    public var retimed: RetimeReport?
    /// The error after which the restore went on with the local store alone; it is also a note.
    public var sharedStoreFailure: String?
    /// The new files, links and directories, each with everything below.
    package var newPaths: [[UInt8]] = []
    /// Lines for the user: damage that was found, files that were not changed.
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

/// The result of a save.
public struct SaveReport: Sendable, Equatable {
    /// The kind of result.
    public enum Outcome: Sendable, Equatable {
        /// The entry was written.
        case saved
        /// The key already has an entry, and a save never changes an entry with a key.
        case alreadyStored
        /// No file matches the declared paths.
        case nothingToSave
        /// Saving is not allowed; the text says why in a few words.
        case notAllowed(String)
    }

    /// The kind of result.
    public var outcome: Outcome
    /// The number of files, links and directories of the entry.
    public var entries: Int
    /// The number of regular files of the entry.
    public var files: Int
    /// The content bytes of the entry's files.
    public var bytes: UInt64
    /// The bytes that this save added to the store.
    public var bytesStored: UInt64
    /// The content bytes that the store already had.
    public var bytesReused: UInt64
    /// The number of files that are left out, because they changed or cannot be read.
    public var filesLeftOut: Int
    /// The number of old entries that were deleted to keep the store within its limits.
    public var entriesRemoved = 0
    /// The stored bytes of the deleted objects.
    public var bytesRemoved: UInt64 = 0
    /// The number of source files whose times were recorded; `nil` if they were not requested.
    public var sources: Int?
    /// The error after which the save went on with the local store alone; it is also a note.
    public var sharedStoreFailure: String?
    /// Lines for the user, such as the files that changed during the save.
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
