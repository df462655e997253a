/// Writes to the shared store that happen while a save runs.
extension StorePair {
    /// An object in the queue for the shared store.
    struct OutgoingObject: Sendable {
        var name: String
        /// The bytes of a key record, which the local store may have replaced when it is sent;
        /// contents are read from the local store then.
        var record: [UInt8]?
        /// Whether the record is that of a new key, which another machine may have saved meanwhile.
        var isNew = false
    }

    /// Writes the record of a new key to both stores; in each, an existing record stays.
    func createRecord(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        guard try await local.create(name, bytes) else { return false }
        if enqueue(OutgoingObject(name: name, record: bytes, isNew: true)) { return true }
        return try await withShared { _ throws(StoreError) in
            try await createInSharedStore(name, bytes)
        } ?? true
    }

    /// Writes a new key's record to the shared store; copies an existing one to the local store.
    private func createInSharedStore(
        _ name: String,
        _ bytes: [UInt8]
    ) async throws(StoreError) -> Bool {
        if try await shared.create(name, bytes) { return true }
        if let other = try await shared.read(name, limit: Limits.record)?.bytes, other != bytes {
            try await local.write(name, other)
            addNote("another machine saved the key at the same time; its entry stays")
        }
        return false
    }

    /// Runs a save, and sends what it writes to the shared store meanwhile.
    ///
    /// The save must use the store that it is passed. It does not wait for the network before its
    /// end. The queue holds names of contents, not their bytes. A key record is sent after all that
    /// this save wrote before it has arrived.
    func sendingInBackground<Value: Sendable>(
        _ save: @Sendable (StorePair) async throws -> Value
    ) async throws -> Value {
        let (objects, queue) = AsyncStream.makeStream(of: OutgoingObject.self)
        let store = StorePair(self, sendingThrough: queue)
        async let sent: Void = store.sendAll(objects)
        defer { queue.finish() }
        let value = try await save(store)
        queue.finish()
        await sent
        return value
    }

    private func sendAll(_ objects: AsyncStream<OutgoingObject>) async {
        await withTaskGroup(of: Void.self) { tasks in
            var inFlight = 0
            for await object in objects {
                while inFlight >= (object.record != nil ? 1 : StorePair.concurrentTransfers) {
                    await tasks.next()
                    inFlight -= 1
                }
                tasks.addTask { await self.send(object) }
                inFlight += 1
            }
        }
        // Cancelling also ends the queue, with objects still in it.
        if Task.isCancelled { try? abandonSharedStore(after: StoreError(.unavailable, "stopped")) }
    }

    private func send(_ object: OutgoingObject) async {
        let name = object.name
        _ = try? await withShared { shared throws(StoreError) in
            if let record = object.record {
                guard object.isNew else { return try await shared.write(name, record) }
                _ = try await createInSharedStore(name, record)
                return
            }
            let limit = ObjectName(name)?.limit ?? Limits.packStored
            guard let bytes = try await local.read(name, limit: limit)?.bytes else {
                throw StoreError(.unavailable, "'\(name)' was deleted before it was sent")
            }
            _ = try await createOrRewrite(name, bytes)
        }
    }

    /// Writes a content that the shared store lacks or is about to delete; `true` if it lacked it.
    func createOrRewrite(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        if try await shared.create(name, bytes) { return true }
        return try await pendingDeletions.rewriteIfPending(name, bytes)
    }
}

extension CacheSettings {
    /// Runs a save, which must use the settings that it is passed; with two stores, both have been
    /// written when this returns.
    func sendingInBackground(
        _ save: @Sendable (CacheSettings) async throws -> SaveReport
    ) async throws -> SaveReport {
        guard let pair = stores.pair else { return try await save(self) }
        var report = try await pair.sendingInBackground { pair in
            var settings = self
            settings.stores.pair = pair
            return try await save(settings)
        }
        report.notes += pair.drainNotes()
        report.sharedStoreFailure = pair.failure
        return report
    }
}
