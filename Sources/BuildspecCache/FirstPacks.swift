internal import Synchronization

/// A pack that came whole and is proven.
struct FetchedPack: Sendable {
    var stored: [UInt8]
    /// What its file looked like before it was read, if a part of it may be read the next time.
    var mark: StatIndex.Mark?

    init(_ pack: Manifest.Pack, from reader: EntryReader) async throws(CacheError) {
        mark = ProvenPacks.mark(pack, in: reader.store)
        stored = try await reader.verified(pack.name, pack.digest, limit: pack.storedSize)
    }
}

/// The packs that a restore begins to fetch while it still works out what to write of them.
final class FirstPacks: Sendable {
    private typealias Fetched = Result<FetchedPack, CacheError>

    private enum State: Sendable {
        case fetching
        case awaited(CheckedContinuation<Fetched?, Never>)
        case fetched(Fetched)
    }

    private let packs: [Manifest.Pack]
    private let states: Mutex<[ContentDigest: State]>

    /// Notes which packs they are; a damaged manifest may name one twice.
    init(_ packs: ArraySlice<Manifest.Pack> = []) {
        let states = packs.map { ($0.digest, State.fetching) }
        self.states = Mutex(Dictionary(states) { one, _ in one })
        var seen: Set<ContentDigest> = []
        self.packs = packs.filter { seen.insert($0.digest).inserted }
    }

    /// Fetches them while `body` runs.
    ///
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; what goes wrong with a pack is for who takes it.
    func fetching<Value>(
        from reader: EntryReader,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for pack in packs {
                tasks.addTask { await self.fetch(pack, from: reader) }
            }
            let value = try await body()
            tasks.cancelAll()
            return value
        }
    }

    private func fetch(_ pack: Manifest.Pack, from reader: EntryReader) async {
        let fetched: Fetched
        do throws(CacheError) {
            fetched = .success(try await FetchedPack(pack, from: reader))
        } catch {
            fetched = .failure(error)
        }
        let waiting = states.withLock { states -> CheckedContinuation<Fetched?, Never>? in
            guard case .awaited(let waiting) = states[pack.digest] else {
                states[pack.digest] = .fetched(fetched)
                return nil
            }
            states[pack.digest] = nil
            return waiting
        }
        waiting?.resume(returning: fetched)
    }

    /// Whether a pack is one of them and has not been taken.
    func has(_ pack: Manifest.Pack) -> Bool {
        states.withLock { $0[pack.digest] != nil }
    }

    /// Waits for a pack and gives it away; `nil` for one that is none of them or was taken.
    ///
    /// - Throws: what went wrong when it was fetched.
    func take(_ pack: Manifest.Pack) async throws(CacheError) -> FetchedPack? {
        let fetched = await withCheckedContinuation { waiting in
            let known = states.withLock { states -> Fetched?? in
                switch states[pack.digest] {
                case .fetching:
                    states[pack.digest] = .awaited(waiting)
                    return .none
                case .fetched(let fetched):
                    states[pack.digest] = nil
                    return .some(fetched)
                case .awaited, nil:
                    return .some(nil)
                }
            }
            if let known { waiting.resume(returning: known) }
        }
        return try fetched?.get()
    }
}
