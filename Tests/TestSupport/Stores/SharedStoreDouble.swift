package import BuildspecCache
internal import Synchronization

/// A remote store in memory that counts its calls and fails when it is told to.
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

    /// The calls since the last time, each a verb and a name.
    package func takeCalls() -> [String] {
        state.withLock { state in
            let calls = state.calls
            state.calls = []
            return calls
        }
    }

    /// The names of all objects.
    package var names: [String] { state.withLock { $0.objects.keys.sorted() } }

    /// Lets every call fail from now on, or behind some more; `nil` lets them succeed.
    package func fail(_ error: StoreError?, after calls: Int = 0) {
        state.withLock { state in
            state.failure = error
            state.callsBeforeFailure = calls
        }
    }

    /// Lets objects wait that are created, until their task is cancelled or this is taken back.
    package func stall(_ isStalled: Bool = true) { state.withLock { $0.isStalled = isStalled } }

    /// Hands an object out with a wrong byte until it is written again.
    package func damage(_ name: String) { state.withLock { _ = $0.damaged.insert(name) } }

    /// Forgets an object.
    package func lose(_ name: String) { state.withLock { $0.objects[name] = nil } }

    private func call<Value>(
        _ verb: String,
        _ name: String,
        _ work: (inout State) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try state.withLock { state throws(StoreError) in
            state.calls.append("\(verb) \(name)")
            if let failure = state.failure {
                if state.callsBeforeFailure == 0 { throw failure }
                state.callsBeforeFailure -= 1
            }
            return try work(&state)
        }
    }

    package func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
        try call("read", name) { state throws(StoreError) in
            guard var bytes = state.objects[name] else { return nil }
            guard bytes.count <= limit else { throw StoreError(.tooLarge, "'\(name)' is large") }
            if state.damaged.contains(name), !bytes.isEmpty { bytes[bytes.count / 2] ^= 1 }
            return bytes
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

    package func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        try call("list", prefix) { state in
            state.objects.filter { $0.key.hasPrefix(prefix) }.map {
                ObjectInfo(name: $0.key, size: UInt64($0.value.count), modified: 1_800_000_000)
            }
        }
    }

    package func delete(_ name: ObjectName) throws(StoreError) {
        try call("delete", name.text) { $0.objects[name.text] = nil }
    }
}
