internal import Synchronization

/// A writer that hashes and writes the parts of a pack while they are in the processor's cache.
///
/// Parts come from several threads, in any order. A part that comes too early is queued, and its
/// thread does not wait: the thread that writes also writes the queued parts.
final class PackWriter: Sendable {
    private struct Queue {
        var waiting: [Int: [UInt8]] = [:]
        var next = 0
        var isWriting = false

        /// Queues a part; returns whether the caller must write: no thread does, or too many wait.
        mutating func add(_ part: Int, _ bytes: [UInt8]) -> Bool {
            waiting[part] = bytes
            if isWriting, waiting.count <= PackWriter.backlog { return false }
            isWriting = true
            return true
        }

        /// Removes the next part to write; with `nil`, the caller stops writing.
        mutating func removeNext() -> [UInt8]? {
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

    /// The number of parts that can be queued for a disk that is slower than the compression.
    private static let backlog = 4

    private let object: any ObjectUpload
    private let queue = Mutex(Queue())
    private let output = Mutex(Output())

    init(_ object: any ObjectUpload) { self.object = object }

    /// Adds a compressed part, numbered from 0; when all calls have returned, all are written.
    func add(_ part: Int, _ bytes: [UInt8]) throws(CacheError) {
        guard queue.withLock({ $0.add(part, bytes) }) else { return }
        do throws(StoreError) {
            try output.withLock { output throws(StoreError) in
                while let bytes = queue.withLock({ $0.removeNext() }) {
                    output.digest.update(bytes)
                    output.size += UInt64(bytes.count)
                    try object.append(bytes)
                }
            }
        } catch {
            throw CacheError(error)
        }
    }

    /// The digest and size of all bytes that are written so far.
    var written: (digest: ContentDigest, size: UInt64) {
        output.withLock { ($0.digest.digest, $0.size) }
    }

    func finish(as name: String) throws(StoreError) { try object.finish(as: name) }
}
