import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@Suite(.timed) struct `Automatic pruning` {
    private func save(
        _ keys: [String],
        limits: StoreLimits,
        _ fixture: CacheFixture
    ) async throws -> [SaveReport] {
        var cache = fixture.cache
        cache.limits = limits
        var random = SplitMix64(seed: 2)
        var reports: [SaveReport] = []
        for key in keys {
            let text = random.bytes(20_000).map { String($0, radix: 36) }.joined()
            try fixture.source.write(text, to: "tree/\(key)")
            reports.append(try await cache.save(fixture.identity(key), from: fixture.source.path))
            // Each key is older than the next one, and its objects are past the grace period.
            try age(fixture, by: 4_000)
        }
        return reports
    }

    @Test func `a save over the size limit deletes the least recently used entries`() async throws {
        let fixture = try CacheFixture()
        let limits = StoreLimits(maximumAge: nil, maximumSize: 120_000)
        let reports = try await save(["a", "b", "c", "d", "e", "f", "g"], limits: limits, fixture)
        #expect(reports.reduce(0) { $0 + $1.entriesRemoved } > 0)
        let stored = try await fixture.cache.entries().entries
        #expect(stored.map(\.key).contains("g"), "the last saved entry stays")
        #expect(!stored.map(\.key).contains("a"))
        #expect(try await fixture.cache.verify().problems == [])
        #expect(try await fixture.restore("g").outcome == .exact(key: "g"))
    }

    @Test func `the last saved entry stays even if it alone exceeds the size limit`() async throws {
        let fixture = try CacheFixture()
        let limits = StoreLimits(maximumAge: nil, maximumSize: 10)
        _ = try await save(["a", "b"], limits: limits, fixture)
        #expect(try await fixture.cache.entries().entries.map(\.key) == ["b"])
        #expect(try await fixture.restore("b").outcome == .exact(key: "b"))
    }

    @Test func `a save checks a small store at most once a day`() async throws {
        let fixture = try CacheFixture()
        let limits = StoreLimits(maximumAge: 3_600, maximumSize: 1 << 40)
        let reports = try await save(["a", "b", "c"], limits: limits, fixture)
        #expect(reports.map(\.entriesRemoved) == [0, 0, 0], "only the first save checks the store")
        let memo = fixture.store.file("upkeep")
        try fixture.overwrite(memo, Array("buildspec-upkeep 1\n1\n1\n".utf8))
        let later = try await save(["d"], limits: limits, fixture)
        #expect(later.map(\.entriesRemoved) == [3], "a day later")
    }

    @Test func `a save ignores a damaged upkeep file`() async throws {
        let fixture = try CacheFixture()
        for text in ["", "buildspec-upkeep 1\n", "buildspec-upkeep 1\nx\ny\n", "\u{0}"] {
            try fixture.overwrite(fixture.store.file("upkeep"), Array(text.utf8))
            let reports = try await save(["k\(text.count)"], limits: .standard, fixture)
            #expect(reports[0].notes == [])
        }
    }

    /// Makes all objects of the store older.
    private func age(_ fixture: CacheFixture, by seconds: Int64) throws {
        for file in try fixture.objects("v1/") {
            let parent = try DirectoryHandle.open(PathBytes(file.removingLastComponent().string))
            let name = Array((file.lastComponent?.string ?? "").utf8)
            guard let time = try parent.status(name)?.modified else { continue }
            let older = FileTime(seconds: time.seconds - seconds, nanoseconds: 0)
            try file.setModified(older)
        }
    }
}
