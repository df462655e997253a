internal import Synchronization

/// Keeps the records that a policy refuses from being used, and remembers why for the user.
final class RecordGuard: Sendable {
    let policy: CachePolicy
    private let state = Mutex(State())

    private struct State {
        /// What was refused and not told yet, by the names of the records, in order.
        var notes: [String] = []
        /// Everything that was ever refused: the same is said once.
        var told: Set<String> = []
    }

    /// More are counted and not named.
    private static let mostNotes = 3

    init(_ policy: CachePolicy) { self.policy = policy }

    /// Lets a record pass or not.
    ///
    /// - Throws: `refused` when it must not be used.
    func check(_ record: KeyRecord) throws(CacheError) {
        guard case .refused(let reason) = policy.trust(in: record) else { return }
        let key = record.key.map { "the entry '\($0)'" } ?? "the keyless entry"
        let text = "\(key) of '\(record.scope)' is refused: \(reason)"
        state.withLock { state in
            if state.told.insert(text).inserted { state.notes.append(text) }
        }
        throw CacheError(.refused, text)
    }

    /// What was refused since the last time, a line each.
    func takeNotes() -> [String] {
        let notes = state.withLock { state in
            let notes = state.notes
            state.notes = []
            return notes
        }
        guard notes.count > RecordGuard.mostNotes + 1 else { return notes }
        let more = notes.count - RecordGuard.mostNotes
        return notes.prefix(RecordGuard.mostNotes) + ["\(more) more entries are refused"]
    }
}
