internal import Synchronization

/// Which objects of a shared store are marked to be swept: nothing must begin to rely on them as they
/// are.
///
/// The lists are read once, when they are first asked for. What is marked after that is not swept
/// within the grace period, and so not before the work that asked is done.
final class PendingDeletions: Sendable {
    private let store: any CacheStore
    private let known = Mutex<Set<String>?>(nil)

    /// Nothing is read yet.
    init(_ store: any CacheStore) {
        self.store = store
    }

    /// Whether an object is marked, or it cannot be told because the store does not show its lists.
    ///
    /// - Parameter name: the object.
    /// - Returns: whether it must be written again before something new refers to it.
    /// - Throws: when the store cannot be asked.
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

    /// Writes an object again that is there, if a prune is about to remove it or has just done so.
    ///
    /// It is looked at behind the lists: a prune that has removed its list has removed the objects.
    ///
    /// - Parameters:
    ///   - name: the object.
    ///   - bytes: what it holds.
    /// - Returns: whether it was not there any more.
    /// - Throws: when the store cannot be asked or written.
    func renew(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        let isMarked = try await contains(name)
        let isThere = isMarked ? true : try await store.info(name) != nil
        if isMarked || !isThere { try await store.write(name, bytes) }
        return !isThere
    }
}
