internal import Synchronization

/// The objects of a shared store that are on the sweep lists of a prune.
///
/// A save must not refer to such an object before it has written the object again. The lists are
/// read once, at the first question. Objects that are listed later are not deleted within the grace
/// period, and so not before the work that asked has ended.
final class PendingDeletions: Sendable {
    private let store: any CacheStore
    private let known = Mutex<Set<String>?>(nil)

    /// Creates the set; it reads nothing yet.
    init(_ store: any CacheStore) { self.store = store }

    /// Returns whether an object is on a list, or the store does not allow reading its lists.
    func contains(_ name: String) async throws(StoreError) -> Bool {
        if let known = known.withLock(\.self) { return known.contains(name) }
        do throws(StoreError) {
            var names: Set<String> = []
            for info in try await store.listObjects(prefix: StoreLayout.sweeps) {
                names.formUnion(try await SweepList.read(info.name, from: store)?.objects ?? [])
            }
            known.withLock { $0 = names }
            return names.contains(name)
        } catch {
            guard error.code == .denied else { throw error }
            return true
        }
    }

    /// Writes an object again if a prune is about to delete it, or has just deleted it; returns
    /// whether it no longer existed.
    ///
    /// The object is checked after the lists, because a prune that has deleted its list has deleted
    /// the objects before.
    func rewriteIfPending(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        let isPending = try await contains(name)
        let exists = isPending ? true : try await store.info(name) != nil
        if isPending || !exists { try await store.write(name, bytes) }
        return !exists
    }
}
