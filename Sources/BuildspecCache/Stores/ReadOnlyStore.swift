/// A store that is only read: nothing is written, refreshed or removed in it.
///
/// It is no `LocalCacheStore`, so that nobody refreshes or repairs its objects.
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

    func takeNotes() -> [String] { inner.takeNotes() }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) { throw refusal }

    func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool { throw refusal }

    func delete(_ name: ObjectName) throws(StoreError) { throw refusal }

    private var refusal: StoreError {
        StoreError(.denied, "'\(location)' is not written: the cache is read-only")
    }
}

extension CacheStore {
    /// The store that is only read through this one, or the store itself.
    var underlying: any CacheStore { (self as? ReadOnlyStore)?.inner ?? self }

    /// Whether it is a store on this machine, and so what it has can be looked at cheaply.
    var isOnThisMachine: Bool { underlying is any LocalCacheStore }
}
