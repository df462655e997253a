internal import Synchronization

/// Keeps the records that a policy refuses from being used, and remembers why for the user.
final class PolicyEnforcer: Sendable {
    let policy: CachePolicy
    private let state = Mutex(State())

    private struct State {
        /// The first of what was refused and not told yet, in order.
        var notes: [String] = []
        /// How much was refused and not told yet.
        var count = 0
        /// The hashes of everything that was ever refused: the same is said once.
        var told: Set<Int> = []
    }

    /// More are counted and not named.
    private static let mostNotes = 3

    init(_ policy: CachePolicy) { self.policy = policy }

    /// Lets a record pass or not.
    ///
    /// - Throws: `refused` when it must not be used.
    func check(_ record: KeyRecord) throws(CacheError) {
        guard case .refused(let reason) = policy.trust(in: record) else { return }
        let text = "\(record.title) is refused: \(reason)"
        state.withLock { state in
            guard state.told.insert(text.hashValue).inserted else { return }
            state.count += 1
            // A key may be long, and a store may have many of them.
            if state.notes.count <= PolicyEnforcer.mostNotes { state.notes.append(text) }
        }
        throw CacheError(.refused, text)
    }

    /// What was refused since the last time, a line each.
    func drainNotes() -> [String] {
        let (notes, count) = state.withLock { state in
            defer { (state.notes, state.count) = ([], 0) }
            return (state.notes, state.count)
        }
        guard count > notes.count else { return notes }
        let more = count - PolicyEnforcer.mostNotes
        return notes.prefix(PolicyEnforcer.mostNotes) + ["\(more) more entries are refused"]
    }
}
