internal import Synchronization

/// A pack that is hashed and written while its parts come, each while it is still in the processor's cache.
///
/// Parts come from several threads, in any order; one that comes too soon waits.
final class PackDraft: Sendable {
    private struct State {
        var waiting: [Int: [UInt8]] = [:]
        var next = 0
        var digest = RunningDigest()
        var size: UInt64 = 0
    }

    private let object: any ObjectDraft
    private let state = Mutex(State())

    init(_ object: any ObjectDraft) {
        self.object = object
    }

    /// Adds a compressed part.
    ///
    /// - Parameters:
    ///   - part: its number; all numbers from 0 on come once.
    ///   - bytes: the part.
    /// - Throws: when the store cannot write.
    func add(_ part: Int, _ bytes: [UInt8]) throws(CacheError) {
        do throws(StoreError) {
            try state.withLock { state throws(StoreError) in
                state.waiting[part] = bytes
                while let bytes = state.waiting.removeValue(forKey: state.next) {
                    state.digest.update(bytes)
                    state.size += UInt64(bytes.count)
                    try object.append(bytes)
                    state.next += 1
                }
            }
        } catch {
            throw CacheError(error)
        }
    }

    /// The digest and size of everything that has been written.
    var written: (digest: ContentDigest, size: UInt64) {
        state.withLock { ($0.digest.digest, $0.size) }
    }

    func place(at name: String) throws(StoreError) {
        try object.place(at: name)
    }
}
