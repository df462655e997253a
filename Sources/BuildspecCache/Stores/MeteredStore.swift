internal import Synchronization

/// How often a store was asked, in the requests of S3.
public struct StoreRequests: Sendable, Equatable {
    /// Pages of listings, of a thousand objects each.
    public var lists = 0
    /// Objects read.
    public var reads = 0
    /// The stored bytes of those.
    public var bytesRead: UInt64 = 0
    /// Objects looked at.
    public var looks = 0
    /// Objects written.
    public var writes = 0
    /// Objects removed.
    public var removals = 0

    /// Creates counts.
    public init() {}
}

/// Counts what a store is asked; in a dry run it changes nothing, but counts as if it did.
final class MeteredStore: CacheStore {
    private let inner: any CacheStore
    private let isDry: Bool
    private let counts = Mutex(StoreRequests())

    init(_ inner: any CacheStore, isDry: Bool) {
        self.inner = inner
        self.isDry = isDry
    }

    var location: String { inner.location }
    var requests: StoreRequests { counts.withLock(\.self) }

    func read(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]? {
        let bytes = try await inner.read(name, limit: limit)
        counts.withLock {
            $0.reads += 1
            $0.bytesRead += UInt64(bytes?.count ?? 0)
        }
        return bytes
    }

    func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError) {
        counts.withLock { $0.writes += 1 }
        if !isDry { try await inner.write(name, bytes) }
    }

    func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        counts.withLock { $0.looks += 1 }
        return try await inner.info(name)
    }

    func list(prefix: String) async throws(StoreError) -> [ObjectInfo] {
        let infos = try await inner.list(prefix: prefix)
        counts.withLock { $0.lists += max(1, (infos.count + 999) / 1_000) }
        return infos
    }

    func delete(_ name: ObjectName) async throws(StoreError) {
        counts.withLock { $0.removals += 1 }
        if !isDry { try await inner.delete(name) }
    }

    func delete(ifStill seen: ObjectInfo) async throws(StoreError) -> Bool {
        counts.withLock {
            $0.looks += 1
            $0.removals += 1
        }
        return isDry ? true : try await inner.delete(ifStill: seen)
    }

    func isShared(_ record: String) -> Bool { inner.isShared(record) }
    func clockDifference() async -> Int64 { await inner.clockDifference() }
    func takeNotes() -> [String] { inner.takeNotes() }
}
