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
