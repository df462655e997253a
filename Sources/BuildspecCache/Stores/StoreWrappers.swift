internal import Synchronization

/// The number of requests to a store, counted as S3 does.
public struct StoreRequests: Sendable, Equatable {
    /// The pages of listings, of a thousand objects each.
    public var lists = 0
    /// The objects that were read.
    public var reads = 0
    /// The stored bytes of the objects that were read.
    public var bytesRead: UInt64 = 0
    /// The objects whose size and age were read.
    public var metadataReads = 0
    /// The objects that were written.
    public var writes = 0
    /// The objects that were deleted.
    public var deletions = 0

    /// Creates counts of zero.
    public init() {}
}

/// A store that counts its requests; in a dry run it counts changes but does not make them.
final class MeteredStore: CacheStore {
    private let inner: any CacheStore
    private let isDryRun: Bool
    private let counts = Mutex(StoreRequests())

    init(_ inner: any CacheStore, isDryRun: Bool) {
        self.inner = inner
        self.isDryRun = isDryRun
    }

    var location: String { inner.location }
    var requests: StoreRequests { counts.withLock(\.self) }

    func read(_ name: String, limit: UInt64) async throws(StoreError) -> StoredObject? {
        let object = try await inner.read(name, limit: limit)
        counts.withLock {
            $0.reads += 1
            $0.bytesRead += UInt64(object?.bytes.count ?? 0)
        }
        return object
    }

    func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError) {
        counts.withLock { $0.writes += 1 }
        if !isDryRun { try await inner.write(name, bytes) }
    }

    func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        counts.withLock { $0.metadataReads += 1 }
        return try await inner.info(name)
    }

    func list(prefix: String) async throws(StoreError) -> ObjectListing {
        let listing = try await inner.list(prefix: prefix)
        counts.withLock { $0.lists += max(1, (listing.objects.count + 999) / 1_000) }
        return listing
    }

    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) async throws(StoreError) -> Bool {
        counts.withLock {
            $0.metadataReads += listed == nil ? 0 : 1
            $0.deletions += 1
        }
        return isDryRun ? true : try await inner.delete(name, ifUnchanged: listed)
    }
}

/// A store that refuses changes: nothing in it is written, touched or deleted.
struct ReadOnlyStore: CacheStore {
    let inner: any CacheStore

    var location: String { inner.location }

    func read(_ name: String, limit: UInt64) async throws(StoreError) -> StoredObject? {
        try await inner.read(name, limit: limit)
    }

    func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        try await inner.info(name)
    }

    func list(prefix: String) async throws(StoreError) -> ObjectListing {
        try await inner.list(prefix: prefix)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) { throw refusal }

    func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool { throw refusal }

    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool { throw refusal }

    private var refusal: StoreError {
        StoreError(.denied, "cannot write to '\(location)': the cache is read-only")
    }
}
