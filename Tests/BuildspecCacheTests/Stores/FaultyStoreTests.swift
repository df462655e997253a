import BuildspecCache
import BuildspecFiles
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A store in which one operation fails.
private final class FaultyStore: CacheStore {
    /// The way in which the operation fails.
    enum Fault: CaseIterable, Sendable {
        /// The operation is not done.
        case refused
        /// The operation is done, and its answer is lost.
        case unanswered
        /// The operation and all later ones are not done.
        case gone
    }

    private let inner: DirectoryStore
    private let fault: Fault
    private let at: Int
    private let count = Mutex(0)

    init(_ directory: FilePath, _ fault: Fault, at: Int) {
        inner = DirectoryStore(directory)
        self.fault = fault
        self.at = at
    }

    var operations: Int { count.withLock { $0 } }
    var location: String { "a faulty store" }

    private func perform<Value: Sendable>(
        changing: Bool = false,
        _ work: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        // A lost answer matters only if the operation changes the store.
        if fault == .unanswered, !changing { return try work() }
        let number = count.withLock { count in
            count += 1
            return count
        }
        let isHit = number == at || (fault == .gone && number > at && at > 0)
        guard isHit else { return try work() }
        if fault == .unanswered { _ = try work() }
        throw StoreError(.unavailable, "the store does not answer")
    }

    func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
        try perform { () throws(StoreError) in try inner.read(name, limit: limit) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try perform(changing: true) { () throws(StoreError) in try inner.write(name, bytes) }
    }

    func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try perform { () throws(StoreError) in try inner.info(name) }
    }

    func list(prefix: String) throws(StoreError) -> ObjectListing {
        try perform { () throws(StoreError) in try inner.list(prefix: prefix) }
    }

    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        try perform(changing: true) { () throws(StoreError) in
            try inner.delete(name, ifUnchanged: listed)
        }
    }
}

/// Operations of a store that fail.
///
/// The key record is the only commit point, and a restore renames no file before it has all of them,
/// so any operation can fail.
@Suite(.timed) struct `Store faults` {
    private func makeFixture() async throws -> CacheFixture {
        let fixture = try CacheFixture()
        for number in 0..<6 { try fixture.source.write("old \(number)", to: "tree/\(number)") }
        try await fixture.save("old")
        for number in 3..<9 { try fixture.source.write("new \(number)", to: "tree/\(number)") }
        return fixture
    }

    /// Runs `work` once for each operation, which fails, with a new fixture each time.
    private func withEachFailure(
        _ fault: FaultyStore.Fault,
        _ work: (CacheFixture, BuildCache) async throws -> Void,
        _ check: (CacheFixture, String, any Error) async throws -> Void
    ) async throws {
        for number in stride(from: 1, to: 100, by: TestScope.count(3, all: fault == .gone ? 3 : 1))
        {
            let fixture = try await makeFixture()
            let store = FaultyStore(fixture.store.path, fault, at: number)
            var failure: (any Error)?
            do { try await work(fixture, BuildCache(store: store)) } catch { failure = error }
            if store.operations < number {
                #expect(failure == nil)
                #expect(number > 3 || fault == .unanswered, "the store was hardly used")
                return
            }
            let context = "\(fault) at \(number)"
            #expect(try await fixture.cache.verify().problems == [], "\(context)")
            guard let failure else { continue }
            #expect("\(failure)" == "the store does not answer", "\(context)")
            try await check(fixture, context, failure)
        }
        Issue.record("the work never ends")
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    private func `a failed save leaves earlier entries intact, and the next save succeeds`(
        fault: FaultyStore.Fault
    ) async throws {
        try await withEachFailure(fault) { fixture, cache in
            _ = try await cache.save(fixture.identity("new"), from: fixture.source.path)
        } _: { fixture, context, _ in
            #expect(try await fixture.restore("old").outcome == .exact(key: "old"), "\(context)")
            #expect(try fixture.target.read("tree/3") == "old 3", "\(context)")
            try await fixture.save("new")
            #expect(try await fixture.restore("new").outcome == .exact(key: "new"), "\(context)")
            #expect(try fixture.difference() == nil, "\(context)")
        }
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    private func `a failed restore leaves the tree unchanged, and the next restore succeeds`(
        fault: FaultyStore.Fault
    ) async throws {
        try await withEachFailure(fault) { fixture, cache in
            try await fixture.save("new")
            _ = try await fixture.restore("old")
            let before = try TreeSnapshot(fixture.target.path)
            do {
                _ = try await cache.restore(fixture.identity("new"), into: fixture.target.path)
            } catch {
                let difference = try before.difference(from: TreeSnapshot(fixture.target.path))
                #expect(difference == nil)
                throw error
            }
        } _: { fixture, context, _ in
            #expect(try await fixture.restore("new").outcome == .exact(key: "new"), "\(context)")
            let difference = try fixture.difference()
            #expect(difference == nil, "\(context)")
        }
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    private func `a failed prune keeps the entries, and the next prune completes the work`(
        fault: FaultyStore.Fault
    ) async throws {
        let limits = PruneLimits(gracePeriod: 0)
        try await withEachFailure(fault) { fixture, cache in
            try await fixture.save(nil)
            try fixture.source.write("third", to: "tree/7")
            try await fixture.save(nil)
            _ = try await cache.prune(limits)
        } _: { fixture, context, _ in
            _ = try await fixture.cache.prune(limits)
            #expect(try await fixture.cache.prune(limits).removedObjects == 0, "\(context)")
            #expect(try await fixture.restore("old").outcome == .exact(key: "old"), "\(context)")
            #expect(try await fixture.restore(nil).outcome == .exact(key: nil), "\(context)")
        }
    }
}
