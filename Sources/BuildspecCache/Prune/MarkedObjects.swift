internal import Synchronization

/// Which objects of a shared store are marked to be swept: nothing must begin to rely on them as they
/// are.
///
/// The lists are read once, when they are first asked for. What is marked after that is not swept
/// within the grace period, and so not before the work that asked is done.
final class MarkedObjects: Sendable {
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
            for info in try await store.list(prefix: StoreLayout.sweeps) {
                names.formUnion(try await SweepList.read(info.name, from: store)?.objects ?? [])
            }
            known.withLock { $0 = names }
            return names.contains(name)
        } catch {
            guard error.code == .denied else { throw error }
            return true
        }
    }
}
