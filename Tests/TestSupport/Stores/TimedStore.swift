package import BuildspecCache
internal import BuildspecFiles
internal import Synchronization

/// A shared store in memory whose clock the test advances, so that all objects look older.
package final class TimedStore: CacheStore {
    private struct Object {
        var bytes: [UInt8]
        var written: Int64
        var number: Int
    }

    private struct State {
        var objects: [String: Object] = [:]
        var clock: Int64 = 0
        var difference: Int64 = 0
        var writes = 0
    }

    private let state = Mutex(State())
    private let start = FileTime.now().seconds

    package init() {}

    package var location: String { "timed:" }

    /// The names of all objects.
    package var names: [String] { state.withLock { $0.objects.keys.sorted() } }

    /// Advances the clock.
    package func advance(hours: Int64) { state.withLock { $0.clock += hours * 3_600 } }

    /// Sets the store's clock ahead of the machine's clock.
    package func setAhead(hours: Int64) { state.withLock { $0.difference = hours * 3_600 } }

    private func info(_ name: String, _ object: Object, _ state: State) -> ObjectInfo {
        ObjectInfo(
            name: name,
            size: UInt64(object.bytes.count),
            modified: start + object.written - state.clock + state.difference,
            tag: "\(object.number)"
        )
    }

    package func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
        state.withLock { $0.objects[name].map { StoredObject($0.bytes) } }
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        state.withLock { state in
            state.writes += 1
            state.objects[name] = Object(
                bytes: bytes,
                written: state.clock,
                number: state.writes
            )
        }
    }

    package func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
        if state.withLock({ $0.objects[name] != nil }) { return false }
        try write(name, bytes)
        return true
    }

    package func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        state.withLock { state in state.objects[name].map { info(name, $0, state) } }
    }

    package func list(prefix: String) throws(StoreError) -> ObjectListing {
        state.withLock { state in
            let objects = state.objects.filter { $0.key.hasPrefix(prefix) }
            return ObjectListing(
                objects.map { info($0.key, $0.value, state) },
                clockDifference: state.difference
            )
        }
    }

    package func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        state.withLock { state in
            if let listed, let object = state.objects[name.text],
                "\(object.number)" != listed.tag
            {
                return false
            }
            state.objects[name.text] = nil
            return true
        }
    }
}
