import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// What somebody else has written is no reason to stop.
@Suite struct `A number of somebody else` {
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
    func `in a record is believed within bounds only`(lines: String, isTaken: Bool) {
        let record = try? KeyRecord.decode(Self.record(lines))
        #expect((record != nil) == isTaken)
        guard let record else { return }
        let policy = CachePolicy(keys: [], requiresSigned: true, maximumAge: 1)
        for now in [.min, 0, .max] as [Int64] { _ = policy.trust(in: record, now: now) }
    }

    @Test func `in a record makes it damaged for every command`() async throws {
        let bench = try Bench()
        try bench.source.write("x", to: "tree/x")
        try await bench.save("k")
        let forged = Self.record("saved 1\nfiles 1\nbytes 2000000000000000000\nstored 1\n")
        let store = DirectoryStore(bench.store.path)
        let name = StoreLayout.record(
            scope: "s",
            key: "k",
            version: KeyRecord.version(ofPaths: ["./tree"])
        )
        try store.write(name, forged)
        #expect(try await bench.cache.entries().problems.count == 1)
        #expect(try await bench.cache.verify().brokenEntries == [name])
        let identity = CacheIdentity(scope: "s", key: "k", fallbackKeys: ["k"], paths: ["tree"])
        let restored = try await bench.cache.restore(identity, into: bench.target.path)
        #expect(restored.isMiss && restored.notes.count == 1)
        _ = try await bench.cache.explain(identity, root: bench.target.path)
        _ = try await bench.cache.prune(PruneLimits(maximumAge: 1))
    }

    @Test func `in a listing is added up as far as there are numbers`() async throws {
        let bench = try Bench()
        try bench.source.write("x", to: "tree/x")
        let far = HugeStore()
        _ = try await BuildCache(store: far.inner).save(
            bench.identity("k"),
            from: bench.source.path
        )
        let cache = BuildCache(store: far)
        for limits in [PruneLimits(), PruneLimits(maximumAge: 1, maximumSize: 1, gracePeriod: 0)] {
            _ = try await cache.prune(limits, dryRun: true)
        }
        #expect(try await cache.entries().entries.count == 1)
        #expect(try await cache.verify().entries == 1)
        let info = ObjectInfo(name: "v1/x", size: .max, modified: .min)
        #expect(info.modified < 0 && Int64.max.plus(info.modified) > 0)
    }

    @Test func `is worked with and never traps`() {
        #expect(Int64.max.plus(1) == .max && Int64.min.plus(-1) == .min)
        #expect(Int64.min.minus(1) == .min && Int64.max.minus(-1) == .max)
        #expect(UInt64.max.plus(1) == .max && UInt64(0).minus(1) == .min)
        #expect(Int64.max.times(2) == .max && Int64.min.times(2) == .min)
        #expect(Int64.min.times(-1) == .max && [UInt64.max, 1, 1].sum == .max)
        let (early, late) = (Int64.min, Int64.max)
        #expect(FileTime(seconds: early, nanoseconds: 0).sinceEpoch == .min)
        #expect(FileTime(seconds: late, nanoseconds: 999_999_999).sinceEpoch == .max)
        #expect(FileTime(seconds: -1, nanoseconds: 5).sinceEpoch == -999_999_995)
        #expect(Duration.seconds(1 << 60).nanoseconds == .max)
    }
}

/// A store whose listings tell the largest numbers.
private final class HugeStore: CacheStore {
    let inner = RemoteDouble()
    var location: String { inner.location }

    private func huge(_ info: ObjectInfo) -> ObjectInfo {
        ObjectInfo(name: info.name, size: .max, modified: .min, tag: info.tag)
    }
    func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
        try inner.read(name, limit: limit)
    }
    func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try inner.write(name, bytes)
    }
    func info(_ name: String) throws(StoreError) -> ObjectInfo? { try inner.info(name).map(huge) }
    func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        try inner.list(prefix: prefix).map(huge)
    }
    func delete(_ name: ObjectName) throws(StoreError) { try inner.delete(name) }
}
