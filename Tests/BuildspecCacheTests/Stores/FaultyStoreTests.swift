import BuildspecCache
import BuildspecFiles
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A store in which one operation goes wrong.
private final class FaultyStore: CacheStore {
    /// How it goes wrong.
    enum Way: CaseIterable, Sendable {
        /// It is not done.
        case refused
        /// It is done, but the answer is lost.
        case unanswered
        /// It is not done, and no other is from then on.
        case gone
    }

    private let inner: DirectoryStore
    private let way: Way
    private let at: Int
    private let count = Mutex(0)

    init(_ directory: FilePath, _ way: Way, at: Int) {
        inner = DirectoryStore(directory)
        self.way = way
        self.at = at
    }

    var operations: Int { count.withLock { $0 } }
    var location: String { "a faulty store" }

    private func meeting<Value: Sendable>(
        changing: Bool = false,
        _ work: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        // That something was read is no matter when the answer is lost.
        if way == .unanswered, !changing { return try work() }
        let number = count.withLock { count in
            count += 1
            return count
        }
        let isHit = number == at || (way == .gone && number > at && at > 0)
        guard isHit else { return try work() }
        if way == .unanswered { _ = try work() }
        throw StoreError(.unavailable, "the store does not answer")
    }

    func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
        try meeting { () throws(StoreError) in try inner.read(name, limit: limit) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try meeting(changing: true) { () throws(StoreError) in try inner.write(name, bytes) }
    }

    func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try meeting { () throws(StoreError) in try inner.info(name) }
    }

    func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        try meeting { () throws(StoreError) in try inner.list(prefix: prefix) }
    }

    func delete(_ name: ObjectName) throws(StoreError) {
        try meeting(changing: true) { () throws(StoreError) in try inner.delete(name) }
    }
}

/// Design: the key record is the only commit point.
///
/// And nothing is put in place before everything is there. So one operation of the store may go
/// wrong anywhere.
@Suite struct `When an operation of the store goes wrong` {
    private func makeFixture() async throws -> CacheFixture {
        let fixture = try CacheFixture()
        for number in 0..<6 { try fixture.source.write("old \(number)", to: "tree/\(number)") }
        try await fixture.save("old")
        for number in 3..<9 { try fixture.source.write("new \(number)", to: "tree/\(number)") }
        return fixture
    }

    /// Runs `work` with every operation going wrong once, each on a fresh fixture.
    private func withEach(
        _ way: FaultyStore.Way,
        _ work: (CacheFixture, BuildCache) async throws -> Void,
        _ check: (CacheFixture, String, any Error) async throws -> Void
    ) async throws {
        for number in stride(from: 1, to: 100, by: way == .gone ? 3 : 1) {
            let fixture = try await makeFixture()
            let store = FaultyStore(fixture.store.path, way, at: number)
            var failure: (any Error)?
            do { try await work(fixture, BuildCache(store: store)) } catch { failure = error }
            if store.operations < number {
                #expect(failure == nil)
                #expect(number > 3 || way == .unanswered, "the store was hardly used")
                return
            }
            let place = "\(way) at \(number)"
            #expect(try await fixture.cache.verify().problems == [], "\(place)")
            guard let failure else { continue }
            #expect("\(failure)" == "the store does not answer", "\(place)")
            try await check(fixture, place, failure)
        }
        Issue.record("it never ends")
    }

    @Test(arguments: FaultyStore.Way.allCases)
    private func `a save leaves what there was, and the next one succeeds`(
        way: FaultyStore.Way
    ) async throws {
        try await withEach(way) { fixture, cache in
            _ = try await cache.save(fixture.identity("new"), from: fixture.source.path)
        } _: { fixture, place, _ in
            #expect(try await fixture.restore("old").outcome == .exact(key: "old"), "\(place)")
            #expect(try fixture.target.read("tree/3") == "old 3", "\(place)")
            try await fixture.save("new")
            #expect(try await fixture.restore("new").outcome == .exact(key: "new"), "\(place)")
            let difference = try TreeSnapshot(fixture.source.path)
                .difference(from: TreeSnapshot(fixture.target.path))
            #expect(difference == nil, "\(place)")
        }
    }

    @Test(arguments: FaultyStore.Way.allCases)
    private func `a restore leaves the tree as it was, and the next one succeeds`(
        way: FaultyStore.Way
    ) async throws {
        try await withEach(way) { fixture, cache in
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
        } _: { fixture, place, _ in
            #expect(try await fixture.restore("new").outcome == .exact(key: "new"), "\(place)")
            let difference = try TreeSnapshot(fixture.source.path)
                .difference(from: TreeSnapshot(fixture.target.path))
            #expect(difference == nil, "\(place)")
        }
    }

    @Test(arguments: FaultyStore.Way.allCases)
    private func `a prune leaves what it was to keep, and the next one ends the work`(
        way: FaultyStore.Way
    ) async throws {
        let limits = PruneLimits(gracePeriod: 0)
        try await withEach(way) { fixture, cache in
            try await fixture.save(nil)
            try fixture.source.write("third", to: "tree/7")
            try await fixture.save(nil)
            _ = try await cache.prune(limits)
        } _: { fixture, place, _ in
            _ = try await fixture.cache.prune(limits)
            #expect(try await fixture.cache.prune(limits).removedObjects == 0, "\(place)")
            #expect(try await fixture.restore("old").outcome == .exact(key: "old"), "\(place)")
            #expect(try await fixture.restore(nil).outcome == .exact(key: nil), "\(place)")
        }
    }
}
