/// A store that allows no changes: nothing is written, touched or deleted in it.
///
/// It does not conform to `LocalCacheStore`, so that no operation touches or repairs its objects.
struct ReadOnlyStore: CacheStore {
    let inner: any CacheStore

    var location: String { inner.location }

    func read(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]? {
        try await inner.read(name, limit: limit)
    }

    func readHashed(_ name: String, limit: UInt64) async throws(StoreError) -> HashedObject? {
        try await inner.readHashed(name, limit: limit)
    }

    func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        try await inner.info(name)
    }

    func list(prefix: String) async throws(StoreError) -> [ObjectInfo] {
        try await inner.list(prefix: prefix)
    }

    func isShared(_ record: String) -> Bool { inner.isShared(record) }

    func clockDifference() async -> Int64 { await inner.clockDifference() }

    func drainNotes() -> [String] { inner.drainNotes() }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) { throw refusal }

    func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool { throw refusal }

    func delete(_ name: ObjectName) throws(StoreError) { throw refusal }

    private var refusal: StoreError {
        StoreError(.denied, "cannot write to '\(location)': the cache is read-only")
    }
}

extension CacheStore {
    /// The store that a read-only store wraps, or the store itself.
    var underlying: any CacheStore { (self as? ReadOnlyStore)?.inner ?? self }

    /// Whether the store, or the store that it wraps, is on this machine, so that reading object
    /// sizes is cheap.
    var isOnThisMachine: Bool { underlying is any LocalCacheStore }
}
