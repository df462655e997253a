package import BuildspecCache

/// A fixed order in which several parties use a store, with a number of operations in each turn.
package actor Turns {
    /// A party and the number of its operations; `nil` stands for all remaining ones.
    package typealias Turn = (party: Int, count: Int?)

    private var plan: [Turn]
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// The number of operations that each party has done.
    package private(set) var done: [Int: Int] = [:]

    /// Creates turns by a plan; after its end, no party waits.
    package init(_ plan: [Turn]) {
        self.plan = plan
    }

    /// Performs one operation when it is the party's turn.
    package func perform<Value: Sendable>(
        _ party: Int,
        _ work: @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        while let next = plan.first, next.party != party {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            done[party, default: 0] += 1
            if let count = plan.first?.count {
                plan[0].count = count - 1
                if count <= 1 {
                    plan.removeFirst()
                    wake()
                }
            }
        }
        return try work()
    }

    /// Removes the remaining turns of a party that has no more operations.
    package func end(_ party: Int) {
        plan.removeAll { $0.party == party }
        wake()
    }

    private func wake() {
        let all = waiting
        waiting = []
        for one in all { one.resume() }
    }
}

/// A store whose operations wait for the turns of one party.
package struct TurnStore: CacheStore {
    private let inner: TimedStore
    private let turns: Turns
    private let party: Int

    package init(_ inner: TimedStore, _ turns: Turns, party: Int) {
        self.inner = inner
        self.turns = turns
        self.party = party
    }

    package var location: String { inner.location }

    package func read(_ name: String, limit: UInt64) async throws(StoreError) -> StoredObject? {
        try await turns.perform(party) { [inner] () throws(StoreError) in
            try inner.read(name, limit: limit)
        }
    }

    package func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError) {
        try await turns.perform(party) { [inner] () throws(StoreError) in
            try inner.write(name, bytes)
        }
    }

    package func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        try await turns.perform(party) { [inner] () throws(StoreError) in
            try inner.create(name, bytes)
        }
    }

    package func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        try await turns.perform(party) { [inner] () throws(StoreError) in try inner.info(name) }
    }

    package func list(prefix: String) async throws(StoreError) -> ObjectListing {
        try await turns.perform(party) { [inner] () throws(StoreError) in
            try inner.list(prefix: prefix)
        }
    }

    package func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) async throws(StoreError) -> Bool {
        try await turns.perform(party) { [inner] () throws(StoreError) in
            try inner.delete(name, ifUnchanged: listed)
        }
    }
}
