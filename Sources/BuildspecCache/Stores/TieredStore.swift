internal import BuildspecFiles
internal import Synchronization

/// A store on this machine in front of one that many machines share.
///
/// Contents are read from the near store where it has them, and kept there when the far one gave
/// them. Key records are the far store's, because other machines replace them. Writes go to both.
/// Those of a save go to the far one beside it, see `sendingBehind`.
/// A far store that fails is given up for the rest of the run, with one note: the near one goes on.
public final class TieredStore: CacheStore {
    let near: any LocalCacheStore
    let far: any CacheStore
    /// What a prune of the far store has marked.
    let marked: PendingDeletions
    /// Where objects go that are to be sent beside the one save that uses this; `nil` sends at once.
    private let queue: AsyncStream<Outgoing>.Continuation?
    private let state: SharedState
    private let use: Use

    /// What the stores are used for.
    enum Use: Sendable {
        /// Building: the near store keeps what the far one gives, and goes on without it.
        case building
        /// Looking: the near store stays as it is, and is looked at without the far one.
        case looking
        /// Proving: the same, but a far store that fails is an error.
        case proving
    }

    /// How many objects are sent or fetched at once; each is held in memory meanwhile.
    static let transfers = 6

    private struct State {
        var failure: StoreError?
        var notes: [String] = []
        /// Records that only the near store had: what they refer to may be nowhere else.
        var nearRecords: Set<String> = []
    }

    /// What all saves know that use the same two stores.
    private final class SharedState: Sendable {
        private let state = Mutex(State())

        func withLock<Value: Sendable>(_ work: (inout State) -> Value) -> Value {
            state.withLock { work(&$0) }
        }
    }

    /// Puts a store in front of another.
    ///
    /// - Parameters:
    ///   - near: the store on this machine.
    ///   - far: the shared store.
    public init(near: any LocalCacheStore, far: any CacheStore) {
        self.near = near
        self.far = far
        marked = PendingDeletions(far)
        queue = nil
        state = SharedState()
        use = .building
    }

    /// The same two stores for another use.
    init(_ stores: TieredStore, for use: Use) {
        near = stores.near
        far = stores.far
        marked = stores.marked
        queue = nil
        state = SharedState()
        self.use = use
    }

    /// The same two stores for one save, whose writes to the far one go into a queue.
    init(_ stores: TieredStore, sendingThrough queue: AsyncStream<Outgoing>.Continuation) {
        near = stores.near
        far = stores.far
        // Lists are read once for each save: what is marked later is not swept before its end.
        marked = PendingDeletions(stores.far)
        state = stores.state
        use = .building
        self.queue = queue
    }

    /// The same, with a far store that is only read.
    func withReadOnlyFar() -> TieredStore {
        TieredStore(near: near, far: ReadOnlyStore(inner: far))
    }

    /// Both places.
    public var location: String { "\(near.location) and \(far.location)" }

    /// Reads what the near store has, as far as it is sound, and otherwise what the far one has.
    public func read(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]? {
        guard let digest = StoreLayout.content(ofName: name)?.digest else {
            return try await readRecord(name, limit: limit)
        }
        return try await readContent(name, digest, limit: limit)?.bytes
    }

    /// Reads as `read` does; a content's digest, which is looked at here, is handed on.
    public func readHashed(
        _ name: String,
        limit: UInt64
    ) async throws(StoreError) -> HashedObject? {
        guard let digest = StoreLayout.content(ofName: name)?.digest else {
            return try await readRecord(name, limit: limit).map { HashedObject($0) }
        }
        return try await readContent(name, digest, limit: limit)
    }

    /// Writes to the near store and then to the far one.
    public func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError) {
        try await near.write(name, bytes)
        // What is written anew because it is damaged does not wait.
        if let queue, StoreLayout.content(ofName: name) == nil {
            queue.yield(Outgoing(name: name, record: bytes))
            return
        }
        try await withFar { far throws(StoreError) in try await far.write(name, bytes) }
    }

    /// Writes a content to both; whether it is new is the far store's word, unless it is sent later.
    ///
    /// What a prune of the far store has marked is written there again.
    public func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        guard StoreLayout.content(ofName: name) != nil else {
            return try await createRecord(name, bytes)
        }
        try await near.write(name, bytes)
        if let queue {
            queue.yield(Outgoing(name: name))
            return true
        }
        return try await withFar { _ throws(StoreError) in
            try await createOrRenew(name, bytes)
        } ?? true
    }

    /// Looks in the far store.
    public func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        if hasFailed { return try await near.info(name) }
        do throws(StoreError) {
            return try await far.info(name)
        } catch {
            try giveUp(error)
            return try await near.info(name)
        }
    }

    /// Lists both.
    public func list(prefix: String) async throws(StoreError) -> [ObjectInfo] {
        var found: [String: ObjectInfo] = [:]
        for info in try await near.list(prefix: prefix) { found[info.name] = info }
        let listed = try await withFar { far throws(StoreError) in
            try await far.list(prefix: prefix)
        }
        for info in listed ?? [] { found[info.name] = info }
        return Array(found.values)
    }

    /// Removes from both.
    public func delete(_ name: ObjectName) async throws(StoreError) {
        try await near.delete(name)
        try await withFar { far throws(StoreError) in try await far.delete(name) }
    }

    /// Whether a record was the far store's.
    public func isShared(_ record: String) -> Bool {
        state.withLock { $0.failure == nil && !$0.nearRecords.contains(record) }
    }

    /// Whether the far store is in use and does not have a record that the near one has: then a save
    /// must not take the entry for stored.
    func lacksInFar(_ record: String) -> Bool {
        state.withLock { $0.failure == nil && $0.nearRecords.contains(record) }
    }

    /// Why the far store was given up, once.
    public func takeNotes() -> [String] {
        state.withLock { state in
            let notes = state.notes
            state.notes = []
            return notes
        }
    }
}

extension TieredStore {
    /// Leaves an object to the queue, if there is one.
    ///
    /// - Returns: whether there is.
    func send(_ object: Outgoing) -> Bool {
        queue?.yield(object)
        return queue != nil
    }

    /// Keeps a line for `takeNotes`.
    func tell(_ note: String) {
        state.withLock { $0.notes.append(note) }
    }

    var hasFailed: Bool { state.withLock { $0.failure != nil } }

    /// Why the far store was given up.
    var failure: String? { state.withLock { $0.failure?.description } }

    private func readContent(
        _ name: String,
        _ digest: ContentDigest,
        limit: UInt64
    ) async throws(StoreError) -> HashedObject? {
        if let object = try? await near.readHashed(name, limit: limit) {
            if object.digest == digest { return object }
            if use == .building, let own = ObjectName(name) { try? await near.delete(own) }
        }
        let answer = try await withFar { far throws(StoreError) in
            try await far.readHashed(name, limit: limit)
        }
        guard let object = answer else {
            throw StoreError(.outOfReach, "'\(name)' is not in '\(near.location)'")
        }
        if let object, object.digest == digest, use == .building {
            try? await near.write(name, object.bytes)
        }
        return object
    }

    private func readRecord(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]? {
        let bytes: [UInt8]? =
            try await withFar { far throws(StoreError) in
                try await far.read(name, limit: limit)
            } ?? nil
        if let bytes {
            state.withLock { _ = $0.nearRecords.remove(name) }
            // So that the near store alone has whole entries.
            if use == .building, name.hasPrefix(StoreLayout.keys),
                await !hasRecord(name, asNewAs: bytes)
            {
                try? await near.write(name, bytes)
            }
            return bytes
        }
        state.withLock { _ = $0.nearRecords.insert(name) }
        return try await near.read(name, limit: limit)
    }

    /// Whether the near store has this record, which must not look newly used because somebody read
    /// it, or one that was saved later: a save is about to send that, or could not.
    private func hasRecord(_ name: String, asNewAs bytes: [UInt8]) async -> Bool {
        guard let here = (try? await near.read(name, limit: Limits.record)) ?? nil else {
            return false
        }
        if here == bytes { return true }
        guard let own = try? KeyRecord.decode(here), own.name == name,
            let other = try? KeyRecord.decode(bytes)
        else { return false }
        return own.saved > other.saved
    }

    /// Works with the far store, as long as nothing has gone wrong with it: a record must not come to
    /// where one of its packs did not.
    @discardableResult
    func withFar<Value: Sendable>(
        _ work: (any CacheStore) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value? {
        if hasFailed { return nil }
        do throws(StoreError) {
            return try await work(far)
        } catch {
            try giveUp(error)
            return nil
        }
    }

    func giveUp(_ error: StoreError) throws(StoreError) {
        // What one object claims says nothing of the store.
        let isDamage = [.tooLarge, .noFile, .inTheWay].contains(error.code)
        if isDamage || use == .proving { throw error }
        // Nor does a read that is stopped, because another one was in vain or the user stopped all.
        if queue == nil, Task.isCancelled { throw error }
        state.withLock { state in
            guard state.failure == nil else { return }
            state.failure = error
            state.notes.append(
                Task.isCancelled
                    ? "stopped before all was sent to '\(far.location)'; the next save sends it"
                    : "\(error.description); going on with '\(near.location)' alone"
            )
        }
    }
}
