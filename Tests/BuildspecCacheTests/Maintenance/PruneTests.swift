import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@Suite(.timed) struct `Pruning of a local store` {
    private func makeFixture() async throws -> CacheFixture {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 1)
        for key in ["a", "b", "c"] {
            let content = String(decoding: random.bytes(50_000).map { $0 & 0x7F }, as: UTF8.self)
            try fixture.source.write(content, to: "tree/\(key)")
            try await fixture.save(key)
        }
        return fixture
    }

    @Test func `a size limit deletes the least recently used entries and their objects`()
        async throws
    {
        let fixture = try await makeFixture()
        // Make "a" the most recently used, and the others older.
        for (key, age) in [("a", 0), ("b", 200), ("c", 100)] as [(String, Int64)] {
            try setBack(fixture, "/\(key)/", by: age)
        }
        let limits = PruneLimits(maximumSize: 60_000, gracePeriod: 0)
        let dry = try await fixture.cache.prune(limits, dryRun: true)
        #expect(dry.removedEntries.map(\.key) == ["b", "c"])
        #expect(try await fixture.cache.entries().entries.count == 3, "a dry run deletes nothing")
        let report = try await fixture.cache.prune(limits)
        #expect(report.removedEntries == dry.removedEntries)
        #expect(report.removedObjects == dry.removedObjects)
        #expect(report.keptBytes <= 60_000)
        #expect(try await fixture.cache.verify().problems.isEmpty)
        #expect(try await fixture.restore("a").outcome == .exact(key: "a"))
    }

    @Test func `an age limit keeps recently used entries`() async throws {
        let fixture = try await makeFixture()
        try setBack(fixture, "/b/", by: 5_000)
        let report = try await fixture.cache.prune(PruneLimits(maximumAge: 1_000))
        #expect(report.removedEntries.map(\.key) == ["b"])
        #expect(report.removedObjects == 0, "objects are within the grace period")
    }

    @Test func `a prune keeps objects within the grace period for running saves`() async throws {
        let fixture = try await makeFixture()
        for record in try fixture.objects("/keys/") { try fixture.remove(record) }
        #expect(try await fixture.cache.prune(PruneLimits()).removedObjects == 0)
        let all = try await fixture.cache.prune(PruneLimits(gracePeriod: 0))
        #expect(all.removedObjects == 6)
        #expect(try fixture.objects("v1/").isEmpty)
    }

    /// Sets the time of the last use of some key records back.
    private func setBack(_ fixture: CacheFixture, _ part: String, by seconds: Int64) throws {
        for record in try fixture.objects("/keys/") where record.string.contains(part) {
            let now = FileTime.now()
            try record.setModified(FileTime(seconds: now.seconds - seconds, nanoseconds: 0))
        }
    }
}
