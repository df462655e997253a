package import BuildspecCache
internal import Synchronization

/// A shared store in memory that records its calls and fails on request.
package final class SharedStoreDouble: CacheStore {
    private struct State {
        var objects: [String: [UInt8]] = [:]
        var calls: [String] = []
        var failure: StoreError?
        var callsBeforeFailure = 0
        var isStalled = false
        var damaged: Set<String> = []
    }

    private let state = Mutex(State())

    package init() {}

    package var location: String { "remote:" }

    /// Returns the recorded calls, each as an operation and a name, and removes them.
    package func drainCalls() -> [String] {
        state.withLock { state in
            let calls = state.calls
            state.calls = []
            return calls
        }
    }

    /// The names of all objects.
    package var names: [String] { state.withLock { $0.objects.keys.sorted() } }

    /// Makes all calls fail, after some more that succeed; `nil` makes them succeed again.
    package func fail(_ error: StoreError?, after calls: Int = 0) {
        state.withLock { state in
            state.failure = error
            state.callsBeforeFailure = calls
        }
    }

    /// Makes `create` wait until its task is cancelled, or until `stall(false)`.
    package func stall(_ isStalled: Bool = true) { state.withLock { $0.isStalled = isStalled } }

    /// Returns an object with a wrong byte until it is written again.
    package func damage(_ name: String) { state.withLock { _ = $0.damaged.insert(name) } }

    /// Deletes an object without a call.
    package func lose(_ name: String) { state.withLock { $0.objects[name] = nil } }

    private func call<Value>(
        _ operation: String,
        _ name: String,
        _ work: (inout State) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try state.withLock { state throws(StoreError) in
            state.calls.append("\(operation) \(name)")
            if let failure = state.failure {
                if state.callsBeforeFailure == 0 { throw failure }
                state.callsBeforeFailure -= 1
            }
            return try work(&state)
        }
    }

    package func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
        try call("read", name) { state throws(StoreError) in
            guard var bytes = state.objects[name] else { return nil }
            guard bytes.count <= limit else { throw StoreError(.tooLarge, "'\(name)' is large") }
            if state.damaged.contains(name), !bytes.isEmpty { bytes[bytes.count / 2] ^= 1 }
            return StoredObject(bytes)
        }
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try call("write", name) { state in
            state.objects[name] = bytes
            state.damaged.remove(name)
        }
    }

    package func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        while state.withLock(\.isStalled) {
            if Task.isCancelled { throw StoreError(.unavailable, "cancelled") }
            await Task.yield()
        }
        return try call("create", name) { state in
            if state.objects[name] != nil { return false }
            state.objects[name] = bytes
            return true
        }
    }

    package func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try call("info", name) { state in
            state.objects[name].map {
                ObjectInfo(name: name, size: UInt64($0.count), modified: 1_800_000_000)
            }
        }
    }

    package func list(prefix: String) throws(StoreError) -> ObjectListing {
        try call("list", prefix) { state in
            let objects = state.objects.filter { $0.key.hasPrefix(prefix) }
            return ObjectListing(
                objects.map {
                    ObjectInfo(name: $0.key, size: UInt64($0.value.count), modified: 1_800_000_000)
                }
            )
        }
    }

    package func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        if let listed {
            guard let info = try info(name.text) else { return true }
            guard info == listed else { return false }
        }
        try call("delete", name.text) { $0.objects[name.text] = nil }
        return true
    }
}
