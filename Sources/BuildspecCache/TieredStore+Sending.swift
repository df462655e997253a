/// Writes to the far store that are made beside a save.
extension TieredStore {
    /// Runs a save whose writes go on to the far store beside it: it does not wait for a network
    /// until its end, and what waits is names, not bytes.
    ///
    /// A key record is sent when all that was written before it has arrived.
    ///
    /// - Parameter save: the save, which sees the near store's part of each write done.
    /// - Returns: what the save returns, when all is sent or the far store is given up.
    /// - Throws: what the save throws.
    func sendingBehind<Value: Sendable>(
        _ save: @Sendable () async throws -> Value
    ) async throws -> Value {
        let (names, queue) = AsyncStream.makeStream(of: String.self)
        async let sent: Void = sendAll(names)
        send(through: queue)
        defer {
            send(through: nil)
            queue.finish()
        }
        let value = try await save()
        queue.finish()
        await sent
        return value
    }

    private func sendAll(_ names: AsyncStream<String>) async {
        await withTaskGroup(of: Void.self) { tasks in
            var underWay = 0
            for await name in names {
                let isRecord = StoreLayout.content(ofName: name) == nil
                while underWay >= (isRecord ? 1 : TieredStore.transfers) {
                    await tasks.next()
                    underWay -= 1
                }
                tasks.addTask { await self.sendOn(name) }
                underWay += 1
            }
        }
        // A stop also ends the queue, whatever is still in it.
        if Task.isCancelled { try? giveUp(StoreError(.unavailable, "stopped")) }
    }

    private func sendOn(_ name: String) async {
        _ = try? await withFar { far throws(StoreError) in
            // The near store's words count, whatever limit its writer believed in.
            guard let bytes = try await near.read(name, limit: .max) else {
                throw StoreError(.unavailable, "'\(name)' was removed before it was sent")
            }
            if StoreLayout.content(ofName: name) == nil {
                try await far.write(name, bytes)
            } else if try await !far.create(name, bytes) {
                _ = try await marked.renew(name, bytes)
            }
        }
    }
}

extension CacheSettings {
    /// Runs a save; a store in two parts is written to in both when this returns.
    func sendingBehind(
        _ save: @Sendable () async throws -> SaveReport
    ) async throws -> SaveReport {
        guard let tiered = store as? TieredStore else { return try await save() }
        var report = try await tiered.sendingBehind(save)
        report.notes += tiered.takeNotes()
        return report
    }
}
