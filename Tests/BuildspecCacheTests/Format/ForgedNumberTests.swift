import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// Numbers in records and listings that an attacker can choose.
@Suite(.timed) struct `Forged numbers` {
    private static func record(_ lines: String) -> [UInt8] {
        let head = "buildspec-key 1\nscope s\nkey k\npath ./tree\nmanifest "
        let body = Array((head + ContentDigest(of: []).hex + "\ncodec zstd\n" + lines).utf8)
        return body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
    }

    @Test(arguments: [
        ("saved 1\nfiles 1\nbytes 2000000000000000000\nstored 1\n", false),
        ("saved 1\nfiles 1\nbytes 1\nstored 18446744073709551615\n", false),
        ("saved 1\nfiles 9223372036854775807\nbytes 1\nstored 1\n", false),
        ("saved 1\nfiles -1\nbytes 1\nstored 1\n", false),
        ("saved 9223372036854775808\nfiles 1\nbytes 1\nstored 1\n", false),
        ("saved -9223372036854775808\nfiles 1\nbytes 1\nstored 1\n", true),
        ("saved 9223372036854775807\nfiles 16777216\nbytes 1125899906842624\nstored 0\n", true),
    ])
    func `a key record is decoded only if its numbers are within their bounds`(
        lines: String,
        isValid: Bool
    ) {
        let record = try? KeyRecord.decode(Self.record(lines))
        #expect((record != nil) == isValid)
        guard let record else { return }
        let policy = CachePolicy(keys: [], requiresSigned: true, maximumAge: 1)
        for now in [.min, 0, .max] as [Int64] { _ = policy.trust(in: record, now: now) }
    }

    @Test func `every command treats a record with a forged number as damaged`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        try await fixture.save("k")
        let forged = Self.record("saved 1\nfiles 1\nbytes 2000000000000000000\nstored 1\n")
        let store = DirectoryStore(fixture.store.path)
        let name = StoreLayout.record(
            scope: "s",
            key: "k",
            version: KeyRecord.version(ofPaths: ["./tree"])
        )
        try store.write(name, forged)
        #expect(try await fixture.cache.entries().problems.count == 1)
        #expect(try await fixture.cache.verify().brokenEntries == [name])
        let identity = CacheIdentity(scope: "s", key: "k", fallbackKeys: ["k"], paths: ["tree"])
        let restored = try await fixture.cache.restore(identity, into: fixture.target.path)
        #expect(restored.isMiss && restored.notes.count == 1)
        _ = try await fixture.cache.explain(identity, root: fixture.target.path)
        _ = try await fixture.cache.prune(PruneLimits(maximumAge: 1))
    }

    @Test func `prune and verify accept a listing with extreme sizes and times`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write("x", to: "tree/x")
        let shared = ExtremeListingStore()
        _ = try await BuildCache(store: shared.inner).save(
            fixture.identity("k"),
            from: fixture.source.path
        )
        let cache = BuildCache(store: shared)
        for limits in [PruneLimits(), PruneLimits(maximumAge: 1, maximumSize: 1, gracePeriod: 0)] {
            _ = try await cache.prune(limits, dryRun: true)
        }
        #expect(try await cache.entries().entries.count == 1)
        #expect(try await cache.verify().entries == 1)
        let info = ObjectInfo(name: "v1/x", size: .max, modified: .min)
        #expect(info.modified < 0 && Int64.max.addingClamped(info.modified) > 0)
    }

    @Test func `clamped arithmetic never traps`() {
        #expect(Int64.max.addingClamped(1) == .max && Int64.min.addingClamped(-1) == .min)
        #expect(Int64.min.subtractingClamped(1) == .min && Int64.max.subtractingClamped(-1) == .max)
        #expect(UInt64.max.addingClamped(1) == .max && UInt64(0).subtractingClamped(1) == .min)
        #expect(Int64.max.multipliedClamped(by: 2) == .max)
        #expect(Int64.min.multipliedClamped(by: 2) == .min)
        #expect(
            Int64.min.multipliedClamped(by: -1) == .max && [UInt64.max, 1, 1].clampedSum == .max
        )
        let (early, late) = (Int64.min, Int64.max)
        #expect(FileTime(seconds: early, nanoseconds: 0).nanosecondsSinceEpoch == .min)
        #expect(FileTime(seconds: late, nanoseconds: 999_999_999).nanosecondsSinceEpoch == .max)
        #expect(FileTime(seconds: -1, nanoseconds: 5).nanosecondsSinceEpoch == -999_999_995)
        #expect(Duration.seconds(1 << 60).nanoseconds == .max)
    }
}

/// A store whose listings report the largest size and the earliest time.
private final class ExtremeListingStore: CacheStore {
    let inner = SharedStoreDouble()
    var location: String { inner.location }

    private func extreme(_ info: ObjectInfo) -> ObjectInfo {
        ObjectInfo(name: info.name, size: .max, modified: .min, tag: info.tag)
    }
    func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
        try inner.read(name, limit: limit)
    }
    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try inner.write(name, bytes)
    }
    func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try inner.info(name).map(extreme)
    }
    func list(prefix: String) throws(StoreError) -> ObjectListing {
        ObjectListing(try inner.list(prefix: prefix).objects.map(extreme))
    }
    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        try inner.delete(name, ifUnchanged: nil)
    }
}
