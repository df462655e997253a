import BuildspecFiles
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory whose task is cancelled in the middle of a call.
private final class StoppingStore: LocalCacheStore {
    let base: DirectoryStore
    private let stopped: Int
    private let stop: AsyncStream<Void>.Continuation
    private let count = Mutex(0)

    init(_ base: DirectoryStore, at call: Int, _ stop: AsyncStream<Void>.Continuation) {
        self.base = base
        stopped = call
        self.stop = stop
    }

    /// How many calls there were.
    var calls: Int { count.withLock(\.self) }

    var location: String { base.location }
    var directory: FilePath { base.directory }

    /// Counts a call; in the chosen one, waits until the task knows that it is cancelled.
    func call<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number == stopped {
            stop.yield()
            while !Task.isCancelled { usleep(1_000) }
        }
        return try body()
    }

    func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
        try call { () throws(StoreError) in try base.read(name, limit: limit) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try call { () throws(StoreError) in try base.write(name, bytes) }
    }

    func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try call { () throws(StoreError) in try base.info(name) }
    }

    func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        try call { () throws(StoreError) in try base.list(prefix: prefix) }
    }

    func delete(_ name: ObjectName) throws(StoreError) {
        try call { () throws(StoreError) in try base.delete(name) }
    }

    func touch(_ name: String) throws(StoreError) { try base.touch(name) }

    func beginUpload() throws(StoreError) -> (any ObjectUpload)? {
        guard let draft = try base.beginUpload() else { return nil }
        return Draft(store: self, draft: draft)
    }

    private struct Draft: ObjectUpload {
        let store: StoppingStore
        let draft: any ObjectUpload

        func append(_ bytes: [UInt8]) throws(StoreError) {
            try store.call { () throws(StoreError) in try draft.append(bytes) }
        }

        func finish(as name: String) throws(StoreError) {
            try store.call { () throws(StoreError) in try draft.finish(as: name) }
        }
    }
}

/// Saves, restores and transfers whose task is cancelled somewhere on the way.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct StopTests {
    private static let identity = CacheIdentity(scope: "s", key: "k", paths: ["tree/**/*"])
    private static let fileCount = 10

    private let tree: TemporaryDirectory
    private let store: TemporaryDirectory

    init() throws {
        (tree, store) = (try TemporaryDirectory(), try TemporaryDirectory())
        var random = SplitMix64(seed: 19)
        let bytes = random.bytes(6 << 20)
        for number in 0..<StopTests.fileCount {
            let content = [UInt8(number)] + bytes.dropFirst(number + 1)
            let path = PathBytes(tree.file("tree/d\(number)/large").string)
            try AtomicFile.write(content, to: path)
        }
        try tree.write("small", to: "tree/small")
    }

    /// Does something with a cache, whose task is cancelled in a call of the store; 0 is never.
    ///
    /// - Returns: whether it was stopped, and how many calls there were.
    private func run(
        stoppingAt call: Int,
        in place: TemporaryDirectory? = nil,
        _ work: @escaping @Sendable (BuildCache) async throws -> Void
    ) async throws -> (isStopped: Bool, calls: Int) {
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let base = DirectoryStore((place ?? store).path)
        let stopping = StoppingStore(base, at: call, stop)
        let isStopped = try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                do {
                    try await work(BuildCache(store: stopping))
                    return false
                } catch is CancellationError {
                    return true
                }
            }
            group.addTask {
                for await _ in stops { break }
                return nil
            }
            var result: Bool?
            while result == nil, let next = try await group.next() {
                result = next
                group.cancelAll()
            }
            return result ?? false
        }
        return (isStopped, stopping.calls)
    }

    /// Some calls from the first to the last.
    private func calls(of count: Int) -> [Int] {
        Set([1, 2, count / 4, count / 2, count * 3 / 4, count - 1, count]).filter { $0 > 0 }
            .sorted()
    }

    private func leftovers(in place: TemporaryDirectory) throws -> [String] {
        let set = PathSet(["**/*"], root: PathBytes(place.path.string))
        return try TreeWalk(set, root: place.handle).temporaries.map(\.text)
    }

    @Test func `a save that is stopped leaves no entry and nothing unfinished`() async throws {
        let whole = try await run(stoppingAt: 0) {
            _ = try await $0.save(StopTests.identity, from: tree.path)
        }
        #expect(!whole.isStopped && whole.calls > 20)
        for call in calls(of: whole.calls) {
            let place = try TemporaryDirectory()
            let (isStopped, calls) = try await run(stoppingAt: call, in: place) {
                _ = try await $0.save(StopTests.identity, from: tree.path)
            }
            let records = try DirectoryStore(place.path).list(prefix: StoreLayout.keys)
            #expect(records.isEmpty == isStopped, "call \(call)")
            #expect(isStopped || call >= whole.calls - 2, "call \(call)")
            #expect(calls < call + 30, "call \(call) of \(calls)")
            #expect(try leftovers(in: place) == [], "call \(call)")
        }
    }

    @Test(arguments: [false, true])
    func `a restore that is stopped leaves the tree as it was`(verify: Bool) async throws {
        _ = try await BuildCache(directory: store.path).save(StopTests.identity, from: tree.path)
        let restored = try TreeSnapshot(tree.path)
        func workspace() throws -> TemporaryDirectory {
            let place = try TemporaryDirectory()
            try place.write("mine", to: "tree/small")
            try place.write("mine too", to: "tree/d1/large")
            return place
        }
        let first = try workspace()
        let whole = try await run(stoppingAt: 0) {
            _ = try await $0.restore(StopTests.identity, into: first.path, verify: verify)
        }
        #expect(!whole.isStopped && whole.calls >= 4, "\(whole.calls)")
        for call in calls(of: whole.calls) {
            let place = try workspace()
            let before = try TreeSnapshot(place.path)
            let (isStopped, _) = try await run(stoppingAt: call) {
                _ = try await $0.restore(StopTests.identity, into: place.path, verify: verify)
            }
            let now = try TreeSnapshot(place.path)
            #expect(isStopped ? now == before : now == restored, "call \(call)")
            #expect(isStopped, "call \(call) of \(whole.calls)")
            #expect(try leftovers(in: place) == [], "call \(call)")
        }
    }

    @Test func `an export that is stopped leaves no file, an import no entry`() async throws {
        _ = try await BuildCache(directory: store.path).save(StopTests.identity, from: tree.path)
        let record = try #require(DirectoryStore(store.path).list(prefix: StoreLayout.keys).first)
        let place = try TemporaryDirectory()
        let archive = place.file("a.tar")
        let export = { @Sendable (cache: BuildCache) async throws in
            _ = try await cache.export(record.name, to: archive, as: .plain)
        }
        let whole = try await run(stoppingAt: 0, export)
        for call in calls(of: whole.calls) {
            let other = try TemporaryDirectory()
            let (isStopped, _) = try await run(stoppingAt: call) {
                _ = try await $0.export(record.name, to: other.file("a.tar"), as: .plain)
            }
            #expect(isStopped, "call \(call)")
            #expect(try other.handle.names().isEmpty, "call \(call)")
        }
        for call in [1, 3, 5] {
            let other = try TemporaryDirectory()
            let (isStopped, _) = try await run(stoppingAt: call, in: other) {
                let identity = StopTests.identity
                let limit: UInt64 = 1 << 30
                _ = try await $0.importArchive(archive, as: identity, root: "/tmp", limit: limit)
            }
            #expect(isStopped, "call \(call)")
            #expect(try DirectoryStore(other.path).list(prefix: StoreLayout.keys).isEmpty)
            #expect(try leftovers(in: other) == [], "call \(call)")
        }
    }

    @Test func `a look through the store that is stopped removes nothing and tells nothing`()
        async throws
    {
        _ = try await BuildCache(directory: store.path).save(StopTests.identity, from: tree.path)
        let before = try TreeSnapshot(store.path)
        let whole = try await run(stoppingAt: 0) { _ = try await $0.verify() }
        for call in calls(of: whole.calls) {
            let (isStopped, _) = try await run(stoppingAt: call) { _ = try await $0.verify() }
            #expect(isStopped || call == whole.calls, "verify, call \(call) of \(whole.calls)")
        }
        for call in 1...3 {
            let (isStopped, _) = try await run(stoppingAt: call) {
                _ = try await $0.prune(PruneLimits(maximumSize: 1, gracePeriod: 0))
            }
            #expect(isStopped, "prune, call \(call)")
            #expect(try TreeSnapshot(store.path) == before, "prune, call \(call)")
        }
    }

    @Test func `a push that is stopped leaves no entry`() async throws {
        let place = try TemporaryDirectory()
        _ = try await BuildCache(directory: store.path).save(StopTests.identity, from: tree.path)
        let near = DirectoryStore(store.path)
        for call in [1, 3, 6] {
            let (isStopped, _) = try await run(stoppingAt: call, in: place) { cache in
                let far = cache.settings.store
                let tiered = BuildCache(store: TieredStore(local: near, shared: far))
                _ = try await tiered.transfer(.push)
            }
            #expect(isStopped, "call \(call)")
            #expect(try DirectoryStore(place.path).list(prefix: StoreLayout.keys).isEmpty)
            #expect(try leftovers(in: place) == [])
        }
    }
}
