internal import Synchronization

/// A check that refuses records against a policy, and keeps the reasons for the user.
final class PolicyEnforcer: Sendable {
    let policy: CachePolicy
    private let state = Mutex(State())

    private struct State {
        /// The first refusals that have not been reported yet, in order.
        var notes: [String] = []
        /// The number of refusals that have not been reported yet.
        var count = 0
        /// The hashes of all refusals so far, so that each is reported once.
        var reported: Set<Int> = []
    }

    /// Refusals beyond this number are counted and not named.
    private static let noteLimit = 3

    init(_ policy: CachePolicy) { self.policy = policy }

    /// Throws `refused` if a record must not be used.
    func check(_ record: KeyRecord) throws(CacheError) {
        guard case .refused(let reason) = policy.trust(in: record) else { return }
        let text = "\(record.title) is refused: \(reason)"
        state.withLock { state in
            guard state.reported.insert(text.hashValue).inserted else { return }
            state.count += 1
            // A key may be long, and a store may have many of them.
            if state.notes.count <= PolicyEnforcer.noteLimit { state.notes.append(text) }
        }
        throw CacheError(.refused, text)
    }

    /// Returns the refusals since the last call, one line each, and forgets them.
    func drainNotes() -> [String] {
        let (notes, count) = state.withLock { state in
            defer { (state.notes, state.count) = ([], 0) }
            return (state.notes, state.count)
        }
        guard count > notes.count else { return notes }
        let more = count - PolicyEnforcer.noteLimit
        return notes.prefix(PolicyEnforcer.noteLimit) + ["\(more) more entries are refused"]
    }
}
