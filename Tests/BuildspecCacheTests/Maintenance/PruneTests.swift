import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@Suite struct `Pruning` {
    private func filled() async throws -> CacheFixture {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 1)
        for key in ["a", "b", "c"] {
            let content = String(decoding: random.bytes(50_000).map { $0 & 0x7F }, as: UTF8.self)
            try fixture.source.write(content, to: "tree/\(key)")
            try await fixture.save(key)
        }
        return fixture
    }

    @Test func `by size removes the least recently used entries and what only they held`()
        async throws
    {
        let fixture = try await filled()
        // Make "a" the most recently used, and the others older.
        for (key, age) in [("a", 0), ("b", 200), ("c", 100)] as [(String, Int64)] {
            try setBack(fixture, "/\(key)/", by: age)
        }
        let limits = PruneLimits(maximumSize: 60_000, gracePeriod: 0)
        let dry = try await fixture.cache.prune(limits, dryRun: true)
        #expect(dry.removedEntries.map(\.key) == ["b", "c"])
        #expect(try await fixture.cache.entries().entries.count == 3, "a dry run removes nothing")
        let report = try await fixture.cache.prune(limits)
        #expect(report.removedEntries == dry.removedEntries)
        #expect(report.removedObjects == dry.removedObjects)
        #expect(report.keptBytes <= 60_000)
        #expect(try await fixture.cache.verify().problems.isEmpty)
        #expect(try await fixture.restore("a").outcome == .exact(key: "a"))
    }

    @Test func `by age keeps what was used lately`() async throws {
        let fixture = try await filled()
        try setBack(fixture, "/b/", by: 5_000)
        let report = try await fixture.cache.prune(PruneLimits(maximumAge: 1_000))
        #expect(report.removedEntries.map(\.key) == ["b"])
        #expect(report.removedObjects == 0, "objects are within the grace period")
    }

    @Test func `leaves young objects for saves that are under way`() async throws {
        let fixture = try await filled()
        for record in try fixture.objects("/keys/") { try fixture.remove(record) }
        #expect(try await fixture.cache.prune(PruneLimits()).removedObjects == 0)
        let all = try await fixture.cache.prune(PruneLimits(gracePeriod: 0))
        #expect(all.removedObjects == 6)
        #expect(try fixture.objects("v1/").isEmpty)
    }

    /// Sets the time of last use back.
    private func setBack(_ fixture: CacheFixture, _ part: String, by seconds: Int64) throws {
        for record in try fixture.objects("/keys/") where record.string.contains(part) {
            let parent = PathBytes(record.removingLastComponent().string)
            let now = FileTime.now()
            try DirectoryHandle.open(parent).setModified(
                (record.lastComponent?.string ?? "").utf8,
                FileTime(seconds: now.seconds - seconds, nanoseconds: 0)
            )
        }
    }
}
