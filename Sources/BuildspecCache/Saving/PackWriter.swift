internal import Synchronization

/// A pack that is hashed and written while its parts come, each while it is still in the processor's cache.
///
/// Parts come from several threads, in any order; one that comes too soon waits. Nobody waits with it:
/// who is writing takes what has come meanwhile.
final class PackWriter: Sendable {
    private struct Queue {
        var waiting: [Int: [UInt8]] = [:]
        var next = 0
        var isWriting = false

        /// Adds a part.
        ///
        /// - Returns: whether who adds it must write, as nobody does or far too little is written.
        mutating func add(_ part: Int, _ bytes: [UInt8]) -> Bool {
            waiting[part] = bytes
            if isWriting, waiting.count <= PackWriter.backlog { return false }
            isWriting = true
            return true
        }

        /// The part that is to be written now; with `nil`, nobody writes any more.
        mutating func take() -> [UInt8]? {
            guard let bytes = waiting.removeValue(forKey: next) else {
                isWriting = false
                return nil
            }
            next += 1
            return bytes
        }
    }

    private struct Output {
        var digest = RunningDigest()
        var size: UInt64 = 0
    }

    /// How many parts may wait for a disk that is slower than the compression.
    private static let backlog = 4

    private let object: any ObjectUpload
    private let queue = Mutex(Queue())
    private let output = Mutex(Output())

    init(_ object: any ObjectUpload) {
        self.object = object
    }

    /// Adds a compressed part.
    ///
    /// When all calls have returned, all parts are written.
    ///
    /// - Parameters:
    ///   - part: its number; all numbers from 0 on come once.
    ///   - bytes: the part.
    /// - Throws: when the store cannot write.
    func add(_ part: Int, _ bytes: [UInt8]) throws(CacheError) {
        guard queue.withLock({ $0.add(part, bytes) }) else { return }
        do throws(StoreError) {
            try output.withLock { output throws(StoreError) in
                while let bytes = queue.withLock({ $0.take() }) {
                    output.digest.update(bytes)
                    output.size += UInt64(bytes.count)
                    try object.append(bytes)
                }
            }
        } catch {
            throw CacheError(error)
        }
    }

    /// The digest and size of everything that has been written.
    var written: (digest: ContentDigest, size: UInt64) {
        output.withLock { ($0.digest.digest, $0.size) }
    }

    func finish(as name: String) throws(StoreError) {
        try object.finish(as: name)
    }
}
