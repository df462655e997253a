internal import BuildspecFiles
internal import Synchronization

/// A local store combined with a store that many machines share.
///
/// Contents are read from the local store if it has them; contents that come from the shared store
/// are kept in the local one. Key records are read from the shared store, because other machines
/// replace them. Writes go to both stores; those of a save go to the shared store in the
/// background, see `sendingInBackground`. If the shared store fails, the rest of the run uses the
/// local store alone, with one note.
final class StorePair: CacheStore {
    let local: any LocalCacheStore
    let shared: any CacheStore
    /// The objects that a prune of the shared store is about to delete.
    let pendingDeletions: PendingDeletions
    /// The queue of objects that are sent while a save runs; `nil` sends at once.
    private let queue: AsyncStream<OutgoingObject>.Continuation?
    private let state: SynchronizedState
    private let use: Use

    /// The purpose of an operation on the stores.
    enum Use: Sendable {
        /// The local store keeps what the shared one returns, and is used alone if that fails.
        case building
        /// The local store is not changed, and is read alone if the shared one fails.
        case inspecting
        /// The local store is not changed, and a failure of the shared one is an error.
        case verifying
    }

    /// The number of objects that are sent or fetched at once; each is in memory meanwhile.
    static let concurrentTransfers = 6

    private struct State {
        var failure: StoreError?
        var notes: [String] = []
        /// Records that only the local store had; the shared one may lack their objects.
        var localOnlyRecords: Set<String> = []
    }

    /// The state that all saves with the same two stores share.
    private final class SynchronizedState: Sendable {
        private let state = Mutex(State())

        func withLock<Value: Sendable>(_ work: (inout State) -> Value) -> Value {
            state.withLock { work(&$0) }
        }
    }

    init(local: any LocalCacheStore, shared: any CacheStore) {
        self.local = local
        self.shared = shared
        pendingDeletions = PendingDeletions(shared)
        queue = nil
        state = SynchronizedState()
        use = .building
    }

    /// Creates a copy with the same two stores for another use.
    init(_ stores: StorePair, for use: Use) {
        local = stores.local
        shared = stores.shared
        pendingDeletions = stores.pendingDeletions
        queue = nil
        state = SynchronizedState()
        self.use = use
    }

    /// Creates a copy for one save, whose writes to the shared store go into a queue.
    init(_ stores: StorePair, sendingThrough queue: AsyncStream<OutgoingObject>.Continuation) {
        local = stores.local
        shared = stores.shared
        // Read once for each save: objects that are listed later are deleted after its end.
        pendingDeletions = PendingDeletions(stores.shared)
        state = stores.state
        use = .building
        self.queue = queue
    }

    var location: String { "\(local.location) and \(shared.location)" }

    /// Reads a content from the local store if it is intact there, otherwise from the shared store.
    func read(_ name: String, limit: UInt64) async throws(StoreError) -> StoredObject? {
        guard let digest = StoreLayout.content(ofName: name)?.digest else {
            return try await readRecord(name, limit: limit)
        }
        return try await readContent(name, digest, limit: limit)
    }

    /// Writes to the local store and then to the shared one.
    func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError) {
        try await local.write(name, bytes)
        // A content is only written here to repair a damaged one, which must not wait.
        if let queue, StoreLayout.content(ofName: name) == nil {
            queue.yield(OutgoingObject(name: name, record: bytes))
            return
        }
        try await withShared { shared throws(StoreError) in try await shared.write(name, bytes) }
    }

    /// Writes a content to both stores, and again if the shared store is about to delete it.
    ///
    /// Returns whether the shared store did not have it; `true` if it is sent later.
    func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        guard StoreLayout.content(ofName: name) != nil else {
            return try await createRecord(name, bytes)
        }
        try await local.write(name, bytes)
        if let queue {
            queue.yield(OutgoingObject(name: name))
            return true
        }
        return try await withShared { _ throws(StoreError) in
            try await createOrRewrite(name, bytes)
        } ?? true
    }

    /// Reads an object's size and age from the shared store.
    func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        let answer = try await withShared { shared throws(StoreError) in
            try await shared.info(name)
        }
        guard let info = answer else { return try await local.info(name) }
        return info
    }

    /// Lists the objects of both stores, with the shared store's sizes and ages where both have one.
    func list(prefix: String) async throws(StoreError) -> ObjectListing {
        var found: [String: ObjectInfo] = [:]
        for info in try await local.list(prefix: prefix).objects { found[info.name] = info }
        let listed = try await withShared { shared throws(StoreError) in
            try await shared.list(prefix: prefix)
        }
        for info in listed?.objects ?? [] { found[info.name] = info }
        return ObjectListing(Array(found.values))
    }

    /// Deletes from both stores, if the shared store's object has not changed.
    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) async throws(StoreError) -> Bool {
        let isGone = try await withShared { shared throws(StoreError) in
            try await shared.delete(name, ifUnchanged: listed)
        }
        if isGone == false { return false }
        return try await local.delete(name, ifUnchanged: nil)
    }

    /// Returns whether a record came from the shared store.
    func isShared(_ record: String) -> Bool {
        state.withLock { $0.failure == nil && !$0.localOnlyRecords.contains(record) }
    }

    /// Returns whether a working shared store lacks a record that the local store has.
    func isMissingInSharedStore(_ record: String) -> Bool {
        state.withLock { $0.failure == nil && $0.localOnlyRecords.contains(record) }
    }

    /// Returns why the shared store is no longer used, once.
    func drainNotes() -> [String] {
        state.withLock { state in
            let notes = state.notes
            state.notes = []
            return notes
        }
    }
}

extension StorePair {
    /// Adds an object to the queue; returns whether there is one.
    func enqueue(_ object: OutgoingObject) -> Bool {
        queue?.yield(object)
        return queue != nil
    }

    func addNote(_ note: String) { state.withLock { $0.notes.append(note) } }

    var hasFailed: Bool { state.withLock { $0.failure != nil } }

    /// The error after which the shared store is no longer used.
    var failure: String? { state.withLock { $0.failure?.description } }

    private func readContent(
        _ name: String,
        _ digest: ContentDigest,
        limit: UInt64
    ) async throws(StoreError) -> StoredObject? {
        if let object = try? await local.read(name, limit: limit) {
            // Hashed once: the reader asks for the digest again.
            if object.digest == digest { return StoredObject(object.bytes, digest: digest) }
            if use == .building, let name = ObjectName(name) { try? await local.delete(name) }
        }
        let answer = try await withShared { shared throws(StoreError) in
            try await shared.read(name, limit: limit)
        }
        guard let object = answer else {
            throw StoreError(.unreachable, "'\(name)' is not in '\(local.location)'")
        }
        guard let object, object.digest == digest else { return object }
        if use == .building { try? await local.write(name, object.bytes) }
        return StoredObject(object.bytes, digest: digest)
    }

    private func readRecord(
        _ name: String,
        limit: UInt64
    ) async throws(StoreError) -> StoredObject? {
        let object: StoredObject? =
            try await withShared { shared throws(StoreError) in
                try await shared.read(name, limit: limit)
            } ?? nil
        if let object {
            state.withLock { _ = $0.localOnlyRecords.remove(name) }
            // The record is kept so that the local store alone has whole entries.
            if use == .building, name.hasPrefix(StoreLayout.keys),
                await !hasRecord(name, asNewAs: object.bytes)
            {
                try? await local.write(name, object.bytes)
            }
            return object
        }
        state.withLock { _ = $0.localOnlyRecords.insert(name) }
        return try await local.read(name, limit: limit)
    }

    /// Returns whether the local store has this record or one that was saved later.
    ///
    /// To write the same record again would make it look newly used. A later record belongs to a
    /// save that is about to send it, or could not.
    private func hasRecord(_ name: String, asNewAs bytes: [UInt8]) async -> Bool {
        guard let localBytes = try? await local.read(name, limit: Limits.record)?.bytes else {
            return false
        }
        if localBytes == bytes { return true }
        guard let localRecord = try? KeyRecord.decode(localBytes), localRecord.name == name,
            let sharedRecord = try? KeyRecord.decode(bytes)
        else { return false }
        if localRecord.leftOut == 0, sharedRecord.leftOut > 0 { return true }
        return localRecord.saved > sharedRecord.saved
    }

    /// Runs work on the shared store unless it failed: no record must reach it without its packs.
    @discardableResult
    func withShared<Value: Sendable>(
        _ work: (any CacheStore) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value? {
        if hasFailed { return nil }
        do throws(StoreError) {
            return try await work(shared)
        } catch {
            try abandonSharedStore(after: error)
            return nil
        }
    }

    /// Stops using the shared store, or throws an error that is not a failure of the whole store.
    func abandonSharedStore(after error: StoreError) throws(StoreError) {
        // A damaged object does not mean that the store has failed.
        let isDamage = [.tooLarge, .notAFile, .blockedByDirectory].contains(error.code)
        if isDamage || use == .verifying { throw error }
        // Nor does a read that was cancelled, by the user or because another read failed.
        if queue == nil, Task.isCancelled { throw error }
        state.withLock { state in
            guard state.failure == nil else { return }
            state.failure = error
            state.notes.append(
                Task.isCancelled
                    ? "stopped before all was sent to '\(shared.location)'; the next save sends it"
                    : "\(error.description); going on with '\(local.location)' alone"
            )
        }
    }
}
