import BuildspecCache
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Saves, restores and prunes of a shared store in every order of their operations.
///
/// Two parties take turns: the first does n operations, the second k, then the first ends, then the
/// second; and the other way round. `BUILDSPEC_TEST_CRASHES=1` tries every n and k, else every other k.
@Suite(.timeLimit(.minutes(5))) struct `Beside a prune of a shared store` {
    /// A store with a past, and a machine.
    private struct World {
        let store = TimedStore()
        let source: TemporaryDirectory
        let target: TemporaryDirectory
        let state: TemporaryDirectory

        init() throws {
            source = try TemporaryDirectory()
            target = try TemporaryDirectory()
            state = try TemporaryDirectory()
        }

        func identity(_ key: String?) -> CacheIdentity {
            CacheIdentity(scope: "p", key: key, paths: ["tree/**/*"])
        }

        func write(_ content: String, beside: String = "the same") throws {
            try source.write(beside, to: "tree/a")
            try source.write(content, to: "tree/b")
        }

        func save(
            _ key: String?,
            _ content: String,
            beside: String = "the same"
        ) async throws {
            try write(content, beside: beside)
            _ = try await BuildCache(store: store).save(identity(key), from: source.path)
        }

        /// What an entry holds, restored by a machine that remembers damage; `nil` for a miss.
        func restored(_ key: String?) async throws -> String? {
            let machine = BuildCache(store: store, indexDirectory: state.path)
            let report = try await machine.restore(identity(key), into: target.path)
            guard case .exact = report.outcome else { return nil }
            #expect(try target.read("tree/a") == "the same")
            return try target.read("tree/b")
        }

        /// A save by the machine that found out what is missing.
        func repair(_ key: String?) async throws {
            let machine = BuildCache(store: store, indexDirectory: state.path)
            _ = try await machine.save(identity(key), from: source.path)
        }
    }

    private static let step = unsafe getenv("BUILDSPEC_TEST_CRASHES") == nil ? 2 : 1
    private typealias Work = @Sendable (BuildCache) async throws -> Void

    /// Runs parties with a store each, by a plan; gives how many operations the parties did.
    @discardableResult
    private func run(
        _ store: TimedStore,
        _ parties: [Work],
        _ plan: [Turns.Turn]
    ) async throws -> [Int: Int] {
        let turns = Turns(plan)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (party, work) in parties.enumerated() {
                let cache = BuildCache(store: TurnStore(store, turns, party: party))
                tasks.addTask {
                    do { try await work(cache) } catch {
                        await turns.end(party)
                        throw error
                    }
                    await turns.end(party)
                }
            }
            try await tasks.waitForAll()
        }
        return await turns.done
    }

    /// Tries all orders of two parties.
    private func withAllOrders(
        _ world: () async throws -> World,
        _ parties: (World) throws -> [Work],
        _ check: (World, _ place: String) async throws -> Void
    ) async throws {
        let sample = try await world()
        let whole = try await run(sample.store, parties(sample), [(0, nil), (1, nil)])
        let counts = [whole[0] ?? 0, whole[1] ?? 0]
        #expect(counts.allSatisfy { $0 > 2 }, "\(counts)")
        for (first, second) in [(0, 1), (1, 0)] {
            for before in 0..<counts[first] {
                let ends = stride(
                    from: 1 + before % Self.step,
                    through: counts[second],
                    by: Self.step
                )
                for between in ends {
                    let world = try await world()
                    let plan: [Turns.Turn] =
                        (before > 0 ? [(first, before)] : [])
                        + [(second, between), (first, nil), (second, nil)]
                    try await run(world.store, parties(world), plan)
                    try await check(world, "\(first): \(before), \(second): \(between)")
                }
            }
        }
    }

    private static let month = PruneLimits(maximumAge: 30 * 86_400)

    @Test func `a save that builds upon an entry that goes is whole`() async throws {
        try await withAllOrders {
            let world = try World()
            try await world.save("old", "old")
            world.store.advance(hours: 31 * 24)
            try world.write("new")
            return world
        } _: { world in
            let (identity, source) = (world.identity("new"), world.source.path)
            return [
                { _ = try await $0.save(identity, from: source) },
                { _ = try await $0.prune(Self.month) },
            ]
        } _: { world, place in
            #expect(try await world.restored("new") == "new", "\(place)")
            world.store.advance(hours: 48)
            _ = try await BuildCache(store: world.store).prune(Self.month)
            #expect(try await world.restored("new") == "new", "\(place), swept")
        }
    }

    @Test func `a restore of an entry that goes is the entry or a miss`() async throws {
        try await withAllOrders {
            let world = try World()
            try await world.save("old", "old")
            world.store.advance(hours: 31 * 24)
            return world
        } _: { world in
            let (identity, target) = (world.identity("old"), world.target.path)
            return [
                {
                    let report = try await $0.restore(identity, into: target)
                    // A miss must be a clean one: nothing that it needs may be gone.
                    #expect(report.notes == [])
                },
                { _ = try await $0.prune(Self.month) },
            ]
        } _: { world, place in
            let found = try world.target.read("tree/b")
            #expect(found == nil || found == "old", "\(place)")
            #expect((try world.target.read("tree/a") == nil) == (found == nil), "\(place)")
        }
    }

    /// The one moment that nothing guards: a prune has looked at an object and removes it, and in
    /// between a save writes it anew.
    @Test func `a save that takes up again what is swept is whole, or a miss that is repaired`()
        async throws
    {
        var misses = 0
        var hits = 0
        try await withAllOrders {
            let world = try World()
            try await world.save(nil, "back")
            // It has nothing of the one before, so that what was marked is written again below.
            try await world.save(nil, "other", beside: "another")
            _ = try await BuildCache(store: world.store).prune(PruneLimits())
            world.store.advance(hours: 48)
            try world.write("back")
            return world
        } _: { world in
            let (identity, source) = (world.identity("k"), world.source.path)
            return [
                { _ = try await $0.save(identity, from: source) },
                { _ = try await $0.prune(PruneLimits()) },
            ]
        } _: { world, place in
            if try await world.restored("k") == "back" {
                hits += 1
            } else {
                misses += 1
                try await world.repair("k")
                #expect(try await world.restored("k") == "back", "\(place)")
            }
            world.store.advance(hours: 48)
            _ = try await BuildCache(store: world.store).prune(PruneLimits())
            #expect(try await world.restored("k") == "back", "\(place), swept")
        }
        // A party's own operations run side by side, so how many orders meet that moment differs: beside
        // other work 12 of 126 did.
        #expect(misses > 0 && hits > 5 * misses, "\(hits) hits, \(misses) misses")
    }

    /// A chain of saves, each relying on what the one before it relied on, is no use of an object that
    /// a prune can see at its end.
    @Test
    func `a save that relies on an entry that was replaced is whole, or a miss that is repaired`()
        async throws
    {
        var misses = 0
        for straddling in 1... {
            let world = try World()
            try await world.save("old", "chain")
            world.store.advance(hours: 31 * 24)
            let (identity, source) = (world.identity(nil), world.source.path)
            let save: Work = { _ = try await $0.save(identity, from: source) }
            let prune: Work = { _ = try await $0.prune(Self.month) }
            // It has read the old entry, which goes; so its new one refers to what is marked.
            try world.write("chain")
            try await run(world.store, [save, prune], [(0, 4), (1, nil), (0, nil)])
            world.store.advance(hours: 48)
            // Another reads that one; it is replaced, and what was marked is swept.
            let other = try TemporaryDirectory()
            try other.write("all new", to: "tree/c")
            let replace: Work = { _ = try await $0.save(identity, from: other.path) }
            let done = try await run(
                world.store,
                [save, replace, prune],
                [(0, straddling), (1, nil), (2, nil), (0, nil)]
            )
            // It was done before the others began.
            if done[0] ?? 0 <= straddling { break }
            let found = try await world.restored(nil)
            #expect(found == "chain" || found == nil, "\(straddling)")
            if found == nil {
                misses += 1
                _ = try await BuildCache(store: world.store).prune(Self.month)
                try await world.repair(nil)
            }
            #expect(try await world.restored(nil) == "chain", "\(straddling)")
        }
        #expect(misses > 0, "the race was not met")
    }
}
