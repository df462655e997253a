/// What a prune removes.
public struct PruneLimits: Sendable, Equatable {
    /// Entries not used for longer than this many seconds go; `nil` keeps them whatever their age.
    public var maximumAge: Int64?
    /// The least recently used entries go until the others need at most this many bytes.
    public var maximumSize: UInt64?
    /// So many entries of each scope stay at most, the most recently used ones.
    public var maximumCount: Int?
    /// Only entries of this scope go; `nil` is any.
    public var scope: String?
    /// Whether the size counts for each scope by itself and not for the whole store.
    public var isSizePerScope: Bool
    /// Objects younger than this many seconds stay, because a save may be about to refer to them.
    ///
    /// `nil` is an hour for a store on this machine and a day for a shared one.
    public var gracePeriod: Int64?

    /// The shortest grace period of a shared store in which saves may be under way; longer than one
    /// takes.
    public static let shortestSharedGrace: Int64 = 3_600
    static let localGracePeriod: Int64 = 3_600
    static let sharedGracePeriod: Int64 = 86_400

    /// Creates limits.
    public init(
        maximumAge: Int64? = nil,
        maximumSize: UInt64? = nil,
        maximumCount: Int? = nil,
        scope: String? = nil,
        isSizePerScope: Bool = false,
        gracePeriod: Int64? = nil
    ) {
        self.maximumAge = maximumAge
        self.maximumSize = maximumSize
        self.maximumCount = maximumCount
        self.scope = scope
        self.isSizePerScope = isSizePerScope
        self.gracePeriod = gracePeriod
    }
}

/// What a prune removed, or would remove.
public struct PruneReport: Sendable, Equatable {
    /// Which store was pruned: of two, the shared one.
    public var location = ""
    /// Whether it is one that other machines use too, in which objects are marked before they go.
    public var isShared = false
    /// The entries, least recently used first.
    public var removedEntries: [CacheEntryInfo] = []
    /// Key records that could not be read.
    public var removedDamagedRecords = 0
    /// Key records of entries of which something is missing.
    public var removedBrokenRecords = 0
    /// Packs and manifests that no entry refers to.
    public var removedObjects = 0
    /// The stored bytes of those.
    public var removedBytes: UInt64 = 0
    /// Objects that were marked: a prune after the grace period removes them.
    public var markedObjects = 0
    /// The stored bytes of those.
    public var markedBytes: UInt64 = 0
    /// Objects that no entry refers to and that are too young to go; in a shared store, those that an
    /// earlier prune marked, too short ago.
    public var pendingObjects = 0
    /// The stored bytes of those.
    public var pendingBytes: UInt64 = 0
    /// Unfinished files of writers that were killed.
    public var removedLeftovers = 0
    /// Entries that stay.
    public var keptEntries = 0
    /// The stored bytes of what stays, marked objects included.
    public var keptBytes: UInt64 = 0
    /// What a shared store was asked, or would be.
    public var requests = StoreRequests()

    /// Creates a report of nothing.
    public init(location: String = "", isShared: Bool = false) {
        self.location = location
        self.isShared = isShared
    }
}
