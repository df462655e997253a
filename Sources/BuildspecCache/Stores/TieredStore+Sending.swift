/// Writes to the far store that are made beside a save.
extension TieredStore {
    /// An object that is to be sent.
    struct Outgoing: Sendable {
        var name: String
        /// A key record's bytes; contents are read from the near store when it is their turn.
        ///
        /// By then another save or restore of this machine may have put another record under the name.
        var record: [UInt8]?
        /// Whether the record is that of a new key, which another machine may have saved meanwhile.
        var isNew = false
    }

    /// Writes the record of a new key to both stores; in each, the first one that comes stays.
    func createRecord(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        guard try await near.create(name, bytes) else { return false }
        if send(Outgoing(name: name, record: bytes, isNew: true)) { return true }
        return try await withFar { _ throws(StoreError) in
            try await createInFar(name, bytes)
        } ?? true
    }

    /// Writes the record of a new key to the far store; one that is there is taken over.
    private func createInFar(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        if try await far.create(name, bytes) { return true }
        if let other = try await far.read(name, limit: Limits.record), other != bytes {
            try await near.write(name, other)
            tell("the key was saved by another machine at the same time, whose entry stays")
        }
        return false
    }

    /// Runs a save whose writes go on to the far store beside it: it does not wait for a network
    /// until its end, and what waits is names, not bytes.
    ///
    /// A key record is sent when all that this save wrote before it has arrived.
    ///
    /// - Parameter save: the save, which is given the store to use: it sees the near part of each
    ///   write done.
    /// - Returns: what the save returns, when all is sent or the far store is given up.
    /// - Throws: what the save throws.
    func sendingBehind<Value: Sendable>(
        _ save: @Sendable (TieredStore) async throws -> Value
    ) async throws -> Value {
        let (objects, queue) = AsyncStream.makeStream(of: Outgoing.self)
        let store = TieredStore(self, sendingThrough: queue)
        async let sent: Void = store.sendAll(objects)
        defer { queue.finish() }
        let value = try await save(store)
        queue.finish()
        await sent
        return value
    }

    private func sendAll(_ objects: AsyncStream<Outgoing>) async {
        await withTaskGroup(of: Void.self) { tasks in
            var underWay = 0
            for await object in objects {
                while underWay >= (object.record != nil ? 1 : TieredStore.transfers) {
                    await tasks.next()
                    underWay -= 1
                }
                tasks.addTask { await self.sendOn(object) }
                underWay += 1
            }
        }
        // A stop also ends the queue, whatever is still in it.
        if Task.isCancelled { try? giveUp(StoreError(.unavailable, "stopped")) }
    }

    private func sendOn(_ object: Outgoing) async {
        let name = object.name
        _ = try? await withFar { far throws(StoreError) in
            if let record = object.record {
                guard object.isNew else { return try await far.write(name, record) }
                _ = try await createInFar(name, record)
                return
            }
            let limit = ObjectName(name)?.limit ?? Limits.packStored
            guard let bytes = try await near.read(name, limit: limit) else {
                throw StoreError(.unavailable, "'\(name)' was removed before it was sent")
            }
            _ = try await createOrRenew(name, bytes)
        }
    }

    /// Creates a content in the far store; what a prune has marked there is written again.
    ///
    /// - Returns: whether it was not there.
    func createOrRenew(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        if try await far.create(name, bytes) { return true }
        return try await marked.renew(name, bytes)
    }
}

extension CacheSettings {
    /// Runs a save; a store in two parts is written to in both when this returns.
    ///
    /// - Parameter save: the save, which is given the settings to use.
    /// - Returns: the save's report, with what went wrong with the far store.
    /// - Throws: what the save throws.
    func sendingBehind(
        _ save: @Sendable (CacheSettings) async throws -> SaveReport
    ) async throws -> SaveReport {
        guard let tiered = store as? TieredStore else { return try await save(self) }
        var report = try await tiered.sendingBehind { store in
            var settings = self
            settings.store = store
            return try await save(settings)
        }
        report.notes += tiered.takeNotes()
        report.sharedStoreFailure = tiered.failure
        return report
    }
}
