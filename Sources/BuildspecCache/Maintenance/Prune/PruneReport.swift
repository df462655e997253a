/// The result of a prune, or of its dry run.
public struct PruneReport: Sendable, Equatable {
    /// The location of the pruned store: of two, the shared one.
    public var location = ""
    /// Whether other machines use the store too, so that objects are marked before they are deleted.
    public var isShared = false
    /// The deleted entries, least recently used first.
    public var removedEntries: [CacheEntryInfo] = []
    /// The number of deleted key records that could not be read.
    public var removedDamagedRecords = 0
    /// The number of deleted key records whose entries had missing objects.
    public var removedBrokenRecords = 0
    /// The number of deleted packs and manifests, which no entry referred to.
    public var removedObjects = 0
    /// The stored bytes of the deleted packs and manifests.
    public var removedBytes: UInt64 = 0
    /// The number of newly marked objects; a prune after the grace period deletes them.
    public var markedObjects = 0
    /// The stored bytes of the newly marked objects.
    public var markedBytes: UInt64 = 0
    /// The number of unreferenced objects that are not old enough to be deleted.
    ///
    /// In a shared store, these are the objects that an earlier prune marked less than a grace
    /// period ago.
    public var pendingObjects = 0
    /// The stored bytes of the pending objects.
    public var pendingBytes: UInt64 = 0
    /// The number of deleted unfinished files of writers that were killed.
    public var removedLeftovers = 0
    /// The number of entries that stay.
    public var keptEntries = 0
    /// The stored bytes of all objects that stay, marked objects included.
    public var keptBytes: UInt64 = 0
    /// The number of requests to a shared store; in a dry run, those that the prune would make.
    public var requests = StoreRequests()

    /// Creates an empty report.
    public init(location: String = "", isShared: Bool = false) {
        self.location = location
        self.isShared = isShared
    }
}
