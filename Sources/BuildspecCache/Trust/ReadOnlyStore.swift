/// A store that is only read: nothing is written, refreshed or removed in it.
///
/// It is no store on this machine for the engine, so that nobody refreshes or repairs its objects.
struct ReadOnlyStore: CacheStore {
    let inner: any CacheStore

    var location: String { inner.location }

    func read(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]? {
        try await inner.read(name, limit: limit)
    }

    func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        try await inner.info(name)
    }

    func list(prefix: String) async throws(StoreError) -> [ObjectInfo] {
        try await inner.list(prefix: prefix)
    }

    func isShared(_ record: String) -> Bool { inner.isShared(record) }

    func takeNotes() -> [String] { inner.takeNotes() }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) { throw refusal }

    func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool { throw refusal }

    func delete(_ name: String) throws(StoreError) { throw refusal }

    private var refusal: StoreError {
        StoreError(.denied, "'\(location)' is not written: the cache is read-only")
    }
}
