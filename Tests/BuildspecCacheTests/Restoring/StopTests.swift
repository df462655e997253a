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

/// A store in a directory that cancels its task in one of its calls.
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

    /// The number of calls.
    var calls: Int { count.withLock(\.self) }

    var location: String { base.location }
    var directory: FilePath { base.directory }

    /// Counts a call, and waits in the chosen one until the task is cancelled.
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

    func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
        try call { () throws(StoreError) in try base.read(name, limit: limit) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try call { () throws(StoreError) in try base.write(name, bytes) }
    }

    func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try call { () throws(StoreError) in try base.info(name) }
    }

    func list(prefix: String) throws(StoreError) -> ObjectListing {
        try call { () throws(StoreError) in try base.list(prefix: prefix) }
    }

    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        try call { () throws(StoreError) in try base.delete(name, ifUnchanged: listed) }
    }

    func touch(_ name: String) throws(StoreError) { try base.touch(name) }

    func beginUpload() throws(StoreError) -> (any ObjectUpload)? {
        guard let upload = try base.beginUpload() else { return nil }
        return Upload(store: self, upload: upload)
    }

    private struct Upload: ObjectUpload {
        let store: StoppingStore
        let upload: any ObjectUpload

        func append(_ bytes: [UInt8]) throws(StoreError) {
            try store.call { () throws(StoreError) in try upload.append(bytes) }
        }

        func finish(as name: String) throws(StoreError) {
            try store.call { () throws(StoreError) in try upload.finish(as: name) }
        }
    }
}

/// Saves, restores and transfers whose task is cancelled in one of the store's calls.
@Suite(.timed, .serialized, .timeLimit(.minutes(5)))
struct `Cancelled operations` {
    private static let identity = CacheIdentity(scope: "s", key: "k", paths: ["tree/**/*"])
    private static let fileCount = 10

    private let tree: TemporaryDirectory
    private let store: TemporaryDirectory

    init() throws {
        (tree, store) = (try TemporaryDirectory(), try TemporaryDirectory())
        var random = SplitMix64(seed: 19)
        let bytes = random.bytes(6 << 20)
        for number in 0..<Self.fileCount {
            let content = [UInt8(number)] + bytes.dropFirst(number + 1)
            let path = PathBytes(tree.file("tree/d\(number)/large").string)
            try AtomicFile.write(content, to: path)
        }
        try tree.write("small", to: "tree/small")
    }

    /// Runs `work`, and cancels it in a call of the store; 0 never cancels it.
    ///
    /// - Returns: Whether `work` was cancelled, and the number of calls.
    private func run(
        stoppingAt call: Int,
        in directory: TemporaryDirectory? = nil,
        _ work: @escaping @Sendable (BuildCache) async throws -> Void
    ) async throws -> (isCancelled: Bool, calls: Int) {
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let base = DirectoryStore((directory ?? store).path)
        let stopping = StoppingStore(base, at: call, stop)
        let isCancelled = try await withThrowingTaskGroup(of: Bool?.self) { group in
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
        return (isCancelled, stopping.calls)
    }

    /// Selects some calls from the first to the last.
    private func calls(of count: Int) -> [Int] {
        Set([1, 2, count / 4, count / 2, count * 3 / 4, count - 1, count]).filter { $0 > 0 }
            .sorted()
    }

    private func leftovers(in directory: TemporaryDirectory) throws -> [String] {
        let set = PathSet(["**/*"], root: PathBytes(directory.path.string))
        return try TreeWalk(set, root: directory.handle).temporaries.map(\.text)
    }

    @Test func `a cancelled save leaves no entry and no temporary file`() async throws {
        let whole = try await run(stoppingAt: 0) {
            _ = try await $0.save(Self.identity, from: tree.path)
        }
        #expect(!whole.isCancelled && whole.calls > 20)
        for call in calls(of: whole.calls) {
            let directory = try TemporaryDirectory()
            let (isCancelled, calls) = try await run(stoppingAt: call, in: directory) {
                _ = try await $0.save(Self.identity, from: tree.path)
            }
            let records = try DirectoryStore(directory.path).list(prefix: StoreLayout.keys).objects
            #expect(records.isEmpty == isCancelled, "call \(call)")
            #expect(isCancelled || call >= whole.calls - 2, "call \(call)")
            #expect(calls < call + 30, "call \(call) of \(calls)")
            #expect(try leftovers(in: directory) == [], "call \(call)")
        }
    }

    @Test(arguments: [false, true])
    func `a cancelled restore leaves the tree unchanged`(verify: Bool) async throws {
        _ = try await BuildCache(directory: store.path).save(Self.identity, from: tree.path)
        let restored = try TreeSnapshot(tree.path)
        func workspace() throws -> TemporaryDirectory {
            let directory = try TemporaryDirectory()
            try directory.write("mine", to: "tree/small")
            try directory.write("mine too", to: "tree/d1/large")
            return directory
        }
        let first = try workspace()
        let whole = try await run(stoppingAt: 0) {
            _ = try await $0.restore(Self.identity, into: first.path, verify: verify)
        }
        #expect(!whole.isCancelled && whole.calls >= 4, "\(whole.calls)")
        for call in calls(of: whole.calls) {
            let directory = try workspace()
            let before = try TreeSnapshot(directory.path)
            let (isCancelled, _) = try await run(stoppingAt: call) {
                _ = try await $0.restore(Self.identity, into: directory.path, verify: verify)
            }
            let now = try TreeSnapshot(directory.path)
            #expect(isCancelled ? now == before : now == restored, "call \(call)")
            #expect(isCancelled, "call \(call) of \(whole.calls)")
            #expect(try leftovers(in: directory) == [], "call \(call)")
        }
    }

    @Test func `a cancelled export leaves no file, and a cancelled import no entry`() async throws {
        _ = try await BuildCache(directory: store.path).save(Self.identity, from: tree.path)
        let record = try #require(
            DirectoryStore(store.path).list(prefix: StoreLayout.keys).objects.first
        )
        let directory = try TemporaryDirectory()
        let archive = directory.file("a.tar")
        let export = { @Sendable (cache: BuildCache) async throws in
            _ = try await cache.export(record.name, to: archive, as: .plain)
        }
        let whole = try await run(stoppingAt: 0, export)
        for call in calls(of: whole.calls) {
            let other = try TemporaryDirectory()
            let (isCancelled, _) = try await run(stoppingAt: call) {
                _ = try await $0.export(record.name, to: other.file("a.tar"), as: .plain)
            }
            #expect(isCancelled, "call \(call)")
            #expect(try other.handle.names().isEmpty, "call \(call)")
        }
        for call in [1, 3, 5] {
            let other = try TemporaryDirectory()
            let (isCancelled, _) = try await run(stoppingAt: call, in: other) {
                let identity = Self.identity
                let limit: UInt64 = 1 << 30
                _ = try await $0.importArchive(archive, as: identity, root: "/tmp", limit: limit)
            }
            #expect(isCancelled, "call \(call)")
            #expect(try DirectoryStore(other.path).list(prefix: StoreLayout.keys).objects.isEmpty)
            #expect(try leftovers(in: other) == [], "call \(call)")
        }
    }

    @Test func `a cancelled verify ends, and a cancelled prune deletes nothing`()
        async throws
    {
        _ = try await BuildCache(directory: store.path).save(Self.identity, from: tree.path)
        let before = try TreeSnapshot(store.path)
        let whole = try await run(stoppingAt: 0) { _ = try await $0.verify() }
        for call in calls(of: whole.calls) {
            let (isCancelled, _) = try await run(stoppingAt: call) { _ = try await $0.verify() }
            #expect(isCancelled || call == whole.calls, "verify, call \(call) of \(whole.calls)")
        }
        for call in 1...3 {
            let (isCancelled, _) = try await run(stoppingAt: call) {
                _ = try await $0.prune(PruneLimits(maximumSize: 1, gracePeriod: 0))
            }
            #expect(isCancelled, "prune, call \(call)")
            #expect(try TreeSnapshot(store.path) == before, "prune, call \(call)")
        }
    }

    @Test func `a cancelled push leaves no entry`() async throws {
        let directory = try TemporaryDirectory()
        _ = try await BuildCache(directory: store.path).save(Self.identity, from: tree.path)
        let local = DirectoryStore(store.path)
        for call in [1, 3, 6] {
            let (isCancelled, _) = try await run(stoppingAt: call, in: directory) { cache in
                let shared = cache.settings.store
                let tiered = BuildCache(stores: CacheStores(local: local, shared: shared))
                _ = try await tiered.transfer(.push)
            }
            #expect(isCancelled, "call \(call)")
            #expect(
                try DirectoryStore(directory.path).list(prefix: StoreLayout.keys).objects.isEmpty
            )
            #expect(try leftovers(in: directory) == [])
        }
    }
}
